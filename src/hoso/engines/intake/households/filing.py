"""Taking a batch of rows into the people index: persons, numbers, households, groups, Patients; one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert
from hoso.engines.intake.households.new_person_tables import CHANGE_COLUMNS
from hoso.engines.intake.households.rows import HouseholdRow
from hoso.engines.intake.households.said import (
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    claim_of,
    group_span_of,
    membership_of,
    moment_of,
    origin_of,
)
from hoso.engines.intake.households.spans import write_spans
from hoso.engines.intake.ledger import facility_codes
from hoso.engines.intake.patients import file_patients
from hoso.engines.people.hoso_numbers import hoso_number
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.people.linkage import Linkage
from hoso.engines.records.actions import RecordBatch, move_home

Outcome = str  # created, updated, unchanged


@dataclass
class Taken:
    """What became of each row of a batch, and whom it was about."""

    outcomes: list[Outcome] = field(default_factory=list)
    persons: list[KnownPerson] = field(default_factory=list)


def take_rows(cursor: Any, list_id: int, true_on: date, rows: Sequence[HouseholdRow]) -> Taken:
    """File these rows; the writer lock is held. A row that says what is known changes nothing."""
    people = Linkage(cursor)
    said_at = moment_of(true_on)
    claims = [claim_of(row, said_at) for row in rows]
    people.load([(claim, 0) for claim in claims])
    before = {number: _facts(one) for number, one in people.persons.items()}
    taken = Taken()
    for row, claim in zip(rows, claims, strict=True):
        taken.persons.append(people.link(claim, origin_of(row)).person)
    _give_numbers(cursor, people, taken.persons)
    people.write()
    sides = list(zip(taken.persons, rows, strict=True))
    lived = [membership_of(*side, list_id, true_on) for side in sides]
    groups = [group_span_of(*side, true_on) for side in sides]
    moved = write_spans(cursor, "people_household_member", MEMBER_COLUMNS, lived, silent=2)
    regrouped = write_spans(cursor, "people_population_group", GROUP_COLUMNS, groups)
    for one in taken.persons:
        changed = _facts(one) != before.get(one.person_id) or one.person_id in moved or one.person_id in regrouped
        taken.outcomes.append("created" if one.is_new else "updated" if changed else "unchanged")
    _file_patients(cursor, people, taken)
    _announce(cursor, taken)
    return taken


def _facts(one: KnownPerson) -> tuple[object, ...]:
    """What a list may change; that it was said again on a later day is no news."""
    return one.name, one.birth, one.sex, one.phone, one.address, one.place_id


def _give_numbers(cursor: Any, people: Linkage, persons: Sequence[KnownPerson]) -> None:
    """Every person of a list has a HoSo number; who has one keeps it."""
    without = {one.person_id: one for one in persons if not any(kind == "hoso_number" for kind, _, _ in one.numbers)}
    cursor.execute("SELECT nextval('people_hoso_number') FROM generate_series(1, %s)", [len(without)])
    for person, (serial,) in zip(without.values(), cursor.fetchall(), strict=True):
        people.give_number(person, ("hoso_number", hoso_number(serial), 0))


def _file_patients(cursor: Any, people: Linkage, taken: Taken) -> None:
    about = {one.person_id: one for person in taken.persons for one in (person, person.now)}
    records = RecordBatch(cursor, timezone.now())
    file_patients(records, list(about.values()), dict.fromkeys(about, (0, 0)), facility_codes())
    records.write()
    move_home(cursor, people.homes())


def _announce(cursor: Any, taken: Taken) -> None:
    rows = [
        (f"person.{outcome}", one.patient_id, one.now.person_id, one.source_person_id, one.now.place_id, Jsonb({}))
        for one, outcome in zip(taken.persons, taken.outcomes, strict=True)
        if outcome != "unchanged"
    ]
    bulk_insert(cursor, "changes_change", CHANGE_COLUMNS, rows)
