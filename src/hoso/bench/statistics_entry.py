"""Saving cells while others import, approve and look at pivots: milliseconds of one save over HTTP (p95).

250 station officers, each at one commune, open a form and save a cell every 20 to 30 seconds; ten pivots a second of a program of
the ministry; an import that never ends, of whole months of other communes, handed in and approved. Small takes one minute, full
ten. An answer that is not 200 ends the run. BENCH_SECONDS takes another length.
"""

import http.client
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

import orjson

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import Visitor, make_account, serving

SECONDS: dict[Size, int] = {"small": 60, "full": 600}
USERS, THINKING, PIVOTS_A_SECOND, ASKERS = 250, (20.0, 30.0), 10, 4
FORM, MONTH = "tt23-4-bct", "202609"
MONTHS = [f"2026{month:02}" for month in range(1, 9)]
COMMUNES_AT_ONCE = 60
Times = dict[str, list[float]]
Rows = list[tuple[str, str]]  # key and element


def measure(size: Size) -> Figure:
    """p95 of a save."""
    seconds = int(os.environ.get("BENCH_SECONDS") or SECONDS[size])
    with temporary_home("statistics-entry") as home:
        open_home(home)
        communes, rows = _communes(), _rows()
        officers = [_officer(place, uid) for place, uid in communes[:USERS]]
        tokens = _token("statistics_officer"), _token("statistics_approver")
        with serving(home, workers=os.cpu_count() or 1) as port, ThreadPoolExecutor(USERS + ASKERS + 1) as pool:
            visitors = list(pool.map(lambda one: Visitor(port, one.username, one.password), officers))
            until = time.monotonic() + seconds
            works = [
                *(
                    partial(_enter, visitor, one.unit, rows, until)
                    for visitor, one in zip(visitors, officers, strict=True)
                ),
                *(partial(_look, _Program(port, tokens[1]), communes, rows, until, asker) for asker in range(ASKERS)),
                partial(_import, _Program(port, tokens[0]), _Program(port, tokens[1]), communes[USERS:], rows, until),
            ]
            found: Times = {}
            for times in pool.map(lambda work: work(), works):
                for kind, spent in times.items():
                    found.setdefault(kind, []).extend(spent)
    print(f"{USERS} users over {seconds} s")
    print_latencies(found)
    details = {kind: summary(spent) for kind, spent in found.items()}
    return Figure("statistics-entry", details["save"]["p95"], "ms", details=details)


@dataclass(frozen=True)
class _Officer:
    username: str
    password: str
    unit: str


def _officer(place: int, unit: str) -> _Officer:
    username = f"bench.{place}"
    return _Officer(username, make_account(username, "technical", "statistics_officer", place_id=place), unit)


class _Program:
    """Software with a token, over one kept connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"ApiToken {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> float:
        """Milliseconds. Raises RuntimeError unless it is 200 or 204."""
        began = time.perf_counter()
        self._connection.request(method, f"/dhis2/api/{path}", orjson.dumps(body) if body else None, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 204):
            raise RuntimeError(f"{path[:60]} answered {answer.status}: {content[:300]!r}")
        return (time.perf_counter() - began) * 1000


def _enter(visitor: Visitor, unit: str, rows: Rows, until: float) -> Times:
    """One officer: opens the form, then saves its cells one after the other."""
    rng, sheet = Random(unit), f"/statistics/{FORM}/{unit}/{MONTH}/"
    time.sleep(rng.uniform(0, THINKING[1]))
    times: Times = {"form": [visitor.get(sheet)[0]], "save": []}
    for row, _ in cycle(rows):
        time.sleep(min(rng.uniform(*THINKING), max(until - time.monotonic(), 0)))
        if time.monotonic() >= until:
            return times
        spent, answer = visitor.post(f"{sheet}cell/", {"row": row, "options": "", "value": str(rng.randrange(90))})
        if not orjson.loads(answer)["saved"]:
            raise RuntimeError(answer[:300])
        times["save"].append(spent)
    return times


def _look(program: _Program, communes: list[tuple[int, str]], rows: Rows, until: float, asker: int) -> Times:
    """One of the askers of pivots: a row of figures of some communes over the months, at an even pace."""
    rng, times = Random(f"look {asker}"), []
    begun, number = time.monotonic(), 0
    items = ";".join(element for _, element in rows)
    while time.monotonic() < until:
        units = ";".join(uid for _, uid in rng.sample(communes, 10))
        times.append(
            program.ask("GET", f"analytics?dimension=dx:{items}&dimension=pe:{';'.join(MONTHS)}&dimension=ou:{units}")
        )
        number += 1
        time.sleep(max(0.0, begun + number * ASKERS / PIVOTS_A_SECOND - time.monotonic()))
    return {"pivot": times}


def _import(
    entering: _Program, approving: _Program, communes: list[tuple[int, str]], rows: Rows, until: float
) -> Times:
    """Whole months of the other communes: sent, handed in, approved for the province and by the ministry's program."""
    times: Times = {"import": [], "approval": []}
    data_set = _data_set()
    for month in MONTHS:
        for first in range(0, len(communes), COMMUNES_AT_ONCE):
            if time.monotonic() >= until:
                return times
            units = [uid for _, uid in communes[first : first + COMMUNES_AT_ONCE]]
            values = [
                {"dataElement": element, "period": month, "orgUnit": unit, "value": str(place % 97)}
                for unit in units
                for place, (_, element) in enumerate(rows)
            ]
            times["import"].append(entering.ask("POST", "dataValueSets", {"dataValues": values}))
            reports = {"ds": [data_set], "pe": [month], "approvals": [{"ou": unit} for unit in units]}
            times["approval"].append(entering.ask("POST", "dataApprovals/handIns", reports))
            times["approval"].append(approving.ask("POST", "dataApprovals/approvals", reports))
    return times


def _communes() -> list[tuple[int, str]]:
    """Place and unit of every commune of today."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, uid FROM statistics_unit WHERE tier = 'commune' AND valid_to IS NULL ORDER BY code")
        return list(cursor.fetchall())


def _rows() -> Rows:
    """Key and element of every row of the form without a breakdown."""
    from hoso.engines.statistics.forms import forms
    from hoso.engines.statistics.uids import uid_of

    return [(row.key, uid_of(f"element:{row.key}")) for row in forms()[FORM].rows if not row.dimensions]


def _data_set() -> str:
    from hoso.engines.statistics.uids import uid_of

    return uid_of(f"form:{FORM}")


def _token(role: str) -> str:
    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.models import Account

    make_account(f"bench.{role}", "technical", role)
    return issue_token(Account.objects.get(username=f"bench.{role}"), "bench", 1, shape="dhis2")
