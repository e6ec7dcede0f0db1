"""Looking over the house's own accesses: its events, accounts and reasons go into a memory, are explained and sensed, and give cases.

The tables travel as files of ids and times in a folder that only this process reads, and that is gone afterwards. What is not
connected yet: who an account's holder is as a person (S1, S2, S4 stay silent), rotas (S9), households, and claims work.
"""

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.engines.oversight.explaining import Share, explain, shares
from hoso.engines.oversight.memory import Memory
from hoso.engines.oversight.scoring import Case, raise_cases
from hoso.engines.oversight.sensing import hits, sense
from hoso.engines.oversight.tiers import tiers

# Each ends as `<table>s.csv`; the shifts and persons of the house are not known here yet but for the persons' ids.
_QUESTIONS = {
    "event": """
        SELECT e.key AS id, e.at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS moment, a.key AS account, e.person_id AS person,
               e.facility_id AS facility, e.action, e.object, e.outcome, e.sensitive, e.break_glass,
               coalesce(e.found, 1) AS found, e.address
        FROM oversight_event e JOIN oversight_account a ON a.id = e.account_id JOIN oversight_source s ON s.id = e.source_id
        WHERE s.key = 'hoso' AND e.at >= %(since)s""",
    "account": """
        SELECT a.id, coalesce(min(h.role), a.kind) AS role, coalesce(min(t.tier), 'T3') AS tier, min(h.facility_id) AS facility,
               CASE WHEN bool_and(h.valid_to <= current_date) THEN max(h.valid_to) END AS ends
        FROM accounts_account a LEFT JOIN accounts_assignment h ON h.account_id = a.id
        LEFT JOIN unnest(%(roles)s::text[], %(tiers)s::text[]) AS t (role, tier) ON t.role = h.role GROUP BY a.id""",
    "person": "SELECT DISTINCT person_id AS id FROM oversight_event WHERE person_id IS NOT NULL AND at >= %(since)s",
    "fact": """
        SELECT kind, first AT TIME ZONE 'Asia/Ho_Chi_Minh' AS first, last AT TIME ZONE 'Asia/Ho_Chi_Minh' AS last, account,
               person, facility FROM oversight_facts(%(since)s - interval '60 days')""",
    "shift": "SELECT NULL AS account WHERE false",
}


@dataclass(frozen=True)
class Watched:
    """What was found: cases, the first day and the last looked at, accounts counted, the share explained."""

    cases: tuple[Case, ...]
    shares: tuple[Share, ...]
    first: date
    last: date
    accounts: int

    def __len__(self) -> int:
        return len(self.cases)


def watch(scope: Scope, days: int) -> Watched:
    """Explain and sense the accesses of the last days; inside `core.access.reading.read`, for who may oversee. Nothing is
    kept: the same events give the same cases."""
    last = timezone.localdate()
    first = last - timedelta(days=days - 1)
    since = timezone.now() - timedelta(days=days)
    placed = tiers().of_role
    values = {"since": since, "roles": list(placed), "tiers": list(placed.values())}
    memory = Memory()
    with tempfile.TemporaryDirectory(prefix="hoso-oversight-") as folder:
        for name, question in _QUESTIONS.items():
            _write(Path(folder) / f"{name}s.csv", question, values)
        memory.load_folder(Path(folder))
    explain(memory)
    sense(memory)
    accounts = int(memory.ask("SELECT count(*) FROM account WHERE tier <> 'T4'")[0][0])
    return Watched(
        tuple(raise_cases(hits(memory), accounts, first, last)), tuple(shares(memory)), first, last, accounts
    )


def _write(path: Path, question: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor, path.open("w", newline="", encoding="utf-8") as file:
        cursor.execute(question, values)
        out = csv.writer(file)
        out.writerow([column[0] for column in cursor.description])
        while rows := cursor.fetchmany(10_000):
            out.writerows(_told(row) for row in rows)


def _told(row: Sequence[Any]) -> list[Any]:
    return ["" if value is None else value for value in row]
