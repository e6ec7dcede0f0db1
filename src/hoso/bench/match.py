"""One arriving person against everybody known: milliseconds of the question behind `Patient/$match`, p95.

The population is that of `linkage` (its first records); those who arrive are second records of it, with its mix of errors. Each
question goes the way of a request: policy, transaction, row security, candidates by index, the model, the audit event. HTTP is
not in it. Nothing comparable runs on one machine.
"""

import os
import secrets
import time
from datetime import UTC, date, datetime
from itertools import islice
from random import Random
from typing import Any

import psycopg

from hoso.bench.bench_house import administrator_url, begin, disk_bytes, is_ready, kept_home, mark_ready, open_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.population import Record, population
from hoso.bench.seeding import indexes_made_afterwards
from hoso.bench.tables import print_table

PERSONS = {"small": 60_000, "full": 1_200_000}
SEED = 20261126  # of the population, which is built once; who arrives is drawn anew
ARRIVALS, WARM_UP, CHUNK = 1_000, 100, 10_000
RECIPE = "match 1"
TABLES = ("people_person", "people_identifier", "people_token", "people_household_member")


def prepare(size: Size) -> str:
    """File the population once; returns what was built, its size on disk and how long it took."""
    home = kept_home("match", size, RECIPE)
    if is_ready(home):
        return f"{home}: {(home / 'ready').read_text()}"
    begin(home)
    began = time.perf_counter()
    first, _ = _everybody(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        _seed(connection, first)
    told = f"{len(first):,} persons, {disk_bytes(home) / 1e9:.2f} GB, loaded in {time.perf_counter() - began:.0f} s"
    mark_ready(home, told)
    return f"{home}: {told}"


def measure(size: Size) -> Figure:
    """p95 in milliseconds."""
    print(prepare(size), flush=True)
    open_home(kept_home("match", size, RECIPE))
    _, again = _everybody(size)
    seed = int(os.environ.get("BENCH_SEED") or secrets.randbelow(10**9))
    arriving = Random(seed).sample(again, min(len(again), ARRIVALS))
    for one in arriving[:WARM_UP]:
        _ask(one)
    times: dict[str, list[float]] = {"all": []}
    first = certain = among = 0
    for one in arriving:
        spent, found = _ask(one)
        for kind in ("all", *one.errors):
            times.setdefault(kind, []).append(spent)
        ids = [each.person_id for each in found]
        among += one.human in ids
        first += ids[:1] == [one.human]
        certain += bool(found) and found[0].grade == "certain" and ids[0] == one.human
    print_latencies(times)
    told = [[seed, len(arriving), *(f"{part / len(arriving):.4f}" for part in (among, first, certain))]]
    print_table(("seed", "arrived", "found among the ten", "found first", "first and certain"), told)
    details = {kind: summary(spent) for kind, spent in times.items()}
    return Figure("match", details["all"]["p95"], "ms", details={"seed": seed, **details})


def _everybody(size: Size) -> tuple[list[Record], list[Record]]:
    """First records, and second ones of the same humans."""
    records = population(round(PERSONS[size] / 0.92), SEED)
    return [one for one in records if one.id == one.human], [one for one in records if one.id != one.human]


def _ask(one: Record) -> tuple[float, list[Any]]:
    from django.db import connection

    from hoso.core.access import reading
    from hoso.core.access.actor import Actor
    from hoso.core.access.reading import Asking
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.people.matching.comparisons import Compared
    from hoso.engines.people.matching.matches import matches

    asked = Compared(
        one.name.lower(), *one.birth, one.sex, one.phone, _communes()[one.commune - 1], "", one.insurance_number,
        one.personal_number,
    )  # fmt: skip
    actor = Actor(intake_service_id(), INTAKE_SERVICE, "bench")

    def find(scope: Any) -> list[Any]:
        with connection.cursor() as cursor:
            return matches(cursor, asked)

    began = time.perf_counter()
    found = reading.read(actor, "record_keeping", Asking("record.write", "search", object="Patient/$match"), find)
    return 1000 * (time.perf_counter() - began), found


def _communes() -> list[int]:
    from hoso.core.places.communes import communes_on

    if not _COMMUNES:
        _COMMUNES.extend(sorted(one.id for one in communes_on(date(2026, 1, 1)).values()))
    return _COMMUNES


_COMMUNES: list[int] = []


def _seed(connection: Any, first: list[Record]) -> None:
    from hoso.core.database.packed_rows import HEADER, TRAILER, pack_rows

    connection.execute(
        "INSERT INTO household_list (id, file_name, sha256, size_bytes, true_on, given_by, state) OVERRIDING SYSTEM VALUE"
        " VALUES (1, 'bench', '', 0, '2025-09-01', 0, 'done')"
    )
    everybody = iter(first)
    with indexes_made_afterwards(connection, TABLES), connection.cursor() as cursor:
        while chunk := list(islice(everybody, CHUNK)):
            for table, (columns, rows) in _rows(chunk).items():
                with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(HEADER + pack_rows(columns, rows) + TRAILER)


def _rows(chunk: list[Record]) -> dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]]:
    """As the linkage files them, by its own functions."""
    from hoso.engines.intake.households.said import MEMBER_COLUMNS
    from hoso.engines.intake.households.spans import span_columns
    from hoso.engines.people import linked_rows
    from hoso.engines.people.claimed import ids_from
    from hoso.engines.people.known_person import KnownPerson, Origin
    from hoso.engines.people.linked_rows import NewNumber
    from hoso.engines.people.models import BirthDate
    from hoso.engines.people.name_tokens import tokens_of_name

    day, at = date(2025, 9, 1), datetime(2025, 9, 1, tzinfo=UTC)
    persons, numbers, tokens, members = [], [], [], []
    for one in chunk:
        place = _communes()[one.commune - 1]
        birth, origin = BirthDate(date(*[part or 1 for part in one.birth]), 3), Origin(0, place, 0, 1)
        person = KnownPerson(
            one.id, one.id, ids_from(f"bench|{one.id}")[1], one.name, birth, one.sex, one.phone, "", at, False, 0, place, 0
        )  # fmt: skip
        persons.append(linked_rows.person_row(person))
        said = (
            ("personal_number", one.personal_number),
            ("insurance_number", one.insurance_number),
            ("phone", one.phone),
        )
        numbers += [
            linked_rows.number_row(NewNumber((kind, value, 0), person, origin, False))
            for kind, value in said
            if value and (kind, value) not in _GIVEN
        ]
        _GIVEN.update((kind, value) for kind, value in said if kind == "insurance_number")
        tokens += [linked_rows.token_row(token, person, origin) for token in tokens_of_name(one.name)]
        if one.household:
            members.append((one.id, one.id, place, day, None, one.household, str(one.id), "", "", 0, 1, 1))
    return {
        "people_person": (linked_rows.PERSON_COLUMNS, persons),
        "people_identifier": (linked_rows.NUMBER_COLUMNS, numbers),
        "people_token": (linked_rows.TOKEN_COLUMNS, tokens),
        "people_household_member": (span_columns(MEMBER_COLUMNS), members),
    }


_GIVEN: set[tuple[str, str]] = (
    set()
)  # insurance numbers are drawn, so a few are drawn twice; in a store each is one person's
