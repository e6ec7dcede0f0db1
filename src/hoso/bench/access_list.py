"""What policy and row security cost a list: the same questions with both, and with neither (as the tables' owner).

The data are those of `timeline`. A doctor opens persons' timelines and visits and looks people up by number; the intake
officer, who may find everybody, searches names. Each question is asked both ways in turn, of one process, without HTTP and
without its audit event, so that nothing else dilutes the difference. The value is the worst of the kinds.

Beside it the same lists as whole pages, with all that a page does in both cases (session, audit event, template), without the
network: what the asker waits for.
"""

import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psycopg

from hoso.bench.bench_house import administrator_url, kept_home, open_home
from hoso.bench.figure import Figure, Size
from hoso.bench.list_pages import Visitor, everything, without_locks
from hoso.bench.served_house import make_account
from hoso.bench.tables import print_table
from hoso.bench.timeline import RECIPE, prepare
from hoso.engines.records.resource_types import NUMBERS

QUESTIONS = {"small": 120, "full": 600}  # of each kind
PAGES = 40  # of each kind
ROUNDS = 5
OFFICERS = "names, by the officer"
Query = Callable[[Any], object]
Question = tuple[Query, str]  # and the path of the page that asks it


def measure(size: Size) -> Figure:
    """How much more a list costs, in per cent; the median of each question's rounds, added up."""
    print(prepare(size), flush=True)
    open_home(kept_home("timeline", size, RECIPE))
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital, kinds = _questions(connection, QUESTIONS[size])
    doctor = _asker("bench.doctor", "doctor", hospital)
    officer = _asker("bench.officer", "intake_officer", None)
    rows: list[list[object]] = []
    details: dict[str, object] = {}
    worst = 0.0
    for kind, (permission, questions) in kinds.items():
        (asker, password), purpose = (officer, "record_keeping") if kind == OFFICERS else (doctor, "treatment")
        bare, guarded = _times(asker, purpose, permission, [query for query, _ in questions])
        more = 100 * (guarded / bare - 1)
        worst = max(worst, more)
        each = len(questions) / 1000
        row: list[object] = [kind, len(questions), round(bare / each, 2), round(guarded / each, 2), round(more, 1)]
        details[kind] = round(more, 1)
        if kind != OFFICERS:  # who has the intake desk instead of this page
            visitor = Visitor(asker.name, password)
            shown = visitor.shown([path for _, path in questions], PAGES)
            page = visitor.times(shown)
            row += [round(1000 * seconds / len(shown), 1) for seconds in page] + [
                round(100 * (page[1] / page[0] - 1), 1)
            ]
            details[f"page of {kind}"] = row[-1]
        rows.append(row + [""] * (8 - len(row)))
    titles = ("list", "questions", "ms without", "ms with both", "% more", "page, ms without", "with both", "% more ")
    print_table(titles, rows)
    return Figure("access-list", worst, "%", details=details)


def _asker(username: str, role: str, hospital: str | None) -> tuple[Any, str]:
    """An actor made for measuring, and the password of the account."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account

    password = make_account(username, "clinical", role, *([hospital] if hospital else []))
    return Actor(Account.objects.get(username=username).pk, username, "bench:access-list"), password


def _questions(connection: Any, count: int) -> tuple[str, dict[str, tuple[str, list[Question]]]]:
    """The hospital that knows most persons, and questions about its own patients."""
    from hoso.engines.people import queries as people
    from hoso.engines.records import queries as records

    (hospital,) = connection.execute(
        "SELECT f.code FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id GROUP BY 1"
        " ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    visits = connection.execute(
        "SELECT r.person_id, r.id FROM records_resource r JOIN access_care_relation c USING (person_id)"
        " JOIN places_facility f ON f.id = c.facility_id WHERE f.code = %s AND r.type = %s AND NOT r.deleted ORDER BY 1, 2",
        [hospital, NUMBERS["Encounter"]],
    ).fetchall()
    known = sorted({person for person, _ in visits})
    numbers = connection.execute(
        "SELECT value FROM people_identifier WHERE kind = 'personal_number' AND person_id = ANY (%s) ORDER BY 1",
        [known],
    ).fetchall()
    names = connection.execute("SELECT name FROM people_person WHERE merged_into IS NULL ORDER BY 1").fetchall()
    rng = Random("lists")
    return hospital, {
        "timelines": ("record.read", [_timeline(records, rng.choice(known)) for _ in range(count)]),
        "visits": ("record.read", [_visit(records, *rng.choice(visits)) for _ in range(count)]),
        "numbers": ("person.search", [_search(people, rng.choice(numbers)[0]) for _ in range(count)]),
        OFFICERS: ("person.search", [_search(people, rng.choice(names)[0]) for _ in range(count)]),
    }


def _timeline(records: Any, person: int) -> Question:
    return lambda scope: records.timeline(scope, person), f"/people/{person}/"


def _visit(records: Any, person: int, encounter: str) -> Question:
    return lambda scope: records.visit(scope, person, encounter), f"/people/{person}/visits/{encounter}/"


def _search(people: Any, text: str) -> Question:
    return lambda scope: people.search(scope, text), f"/people/?{urlencode({'q': text})}"


def _times(actor: Any, purpose: str, permission: str, queries: list[Query]) -> tuple[float, float]:
    """Seconds for all questions: with neither lock, with both. Both give the same answer."""
    from django.db import transaction

    from hoso.core.access import policy
    from hoso.core.access.actor import Actor
    from hoso.core.database.session import acting_transaction

    def guarded(query: Query) -> object:
        asker = Actor(actor.account_id, actor.name, actor.route)  # a request looks its roles up anew
        scope = policy.decide(asker, permission, purpose)
        with acting_transaction(asker.account_id, purpose):
            return query(scope)

    def bare(query: Query) -> object:
        with transaction.atomic():
            return query(everything(actor.roles[0]))

    totals = [0.0, 0.0]
    for query in queries:
        spent: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            with without_locks():
                spent[0].append(_seconds(bare, query))
            spent[1].append(_seconds(guarded, query))
        for which in (0, 1):
            totals[which] += median(spent[which])
    return totals[0], totals[1]


def _seconds(ask: Callable[[Query], object], query: Query) -> float:
    began = time.perf_counter()
    ask(query)
    return time.perf_counter() - began
