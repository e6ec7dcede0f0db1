"""Taking a batch of rows into the people index: persons, numbers, households, groups, Patients; one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert
from hoso.engines.intake.households.rows import HouseholdRow
from hoso.engines.intake.households.spans import Span, write_spans
from hoso.engines.intake.ledger import facility_codes
from hoso.engines.intake.patients import file_patients
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.hoso_numbers import hoso_number
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.linkage import Linkage
from hoso.engines.people.population_groups import group_of
from hoso.engines.records.actions import RecordBatch, move_home

SOURCE = "household_list"  # in definitions/people/details.yaml
Outcome = str  # created, updated, unchanged
CHANGE_COLUMNS = {
    "topic": "text", "key": "text", "person_id": "bigint", "source_person_id": "bigint", "place_id": "bigint",
    "payload": "jsonb",
}  # fmt: skip


@dataclass
class Taken:
    """What became of each row of a batch, and whom it was about."""

    outcomes: list[Outcome] = field(default_factory=list)
    persons: list[KnownPerson] = field(default_factory=list)


def take_rows(cursor: Any, list_id: int, true_on: date, rows: Sequence[HouseholdRow]) -> Taken:
    """File these rows; the writer lock is held. A row that says what is known changes nothing."""
    people = Linkage(cursor)
    claims = [_claim(row, true_on) for row in rows]
    people.load([(claim, 0) for claim in claims])
    before = {number: _facts(one) for number, one in people.persons.items()}
    taken = Taken()
    for row, claim in zip(rows, claims, strict=True):
        origin = Origin(0, row.place_id, 0, row.number, f"household/{row.household}/{row.member}")
        taken.persons.append(people.link(claim, origin).person)
    _give_numbers(cursor, people, taken.persons)
    people.write()
    lived = [_membership(one, row, list_id, true_on) for one, row in zip(taken.persons, rows, strict=True)]
    groups = [
        Span(one, true_on, (group_of(row.birth, true_on, row.occupation, row.lists),))
        for one, row in zip(taken.persons, rows, strict=True)
    ]
    moved = write_spans(cursor, "people_household_member", MEMBER_COLUMNS, lived, silent=2)
    regrouped = write_spans(cursor, "people_population_group", GROUP_COLUMNS, groups)
    for one in taken.persons:
        changed = _facts(one) != before.get(one.person_id) or one.person_id in moved or one.person_id in regrouped
        taken.outcomes.append("created" if one.is_new else "updated" if changed else "unchanged")
    _file_patients(cursor, people, taken)
    _announce(cursor, taken)
    return taken


MEMBER_COLUMNS = {
    "household": "text", "member": "text", "relation": "text", "address": "text", "lived_in": "bigint", "list_id": "bigint",
    "list_row": "integer",
}  # fmt: skip
GROUP_COLUMNS = {"population_group": "text"}


def _facts(one: KnownPerson) -> tuple[object, ...]:
    """What a list may change; that it was said again on a later day is no news."""
    return one.name, one.birth, one.sex, one.phone, one.address, one.place_id


def _claim(row: HouseholdRow, true_on: date) -> ClaimedIdentity:
    said_at = timezone.make_aware(datetime.combine(true_on, time.min))
    return ClaimedIdentity(
        row.name, row.birth, row.sex, row.numbers, "", row.phone, row.address, said_at, source=SOURCE,
        details={"occupation": row.occupation} if row.occupation else {},
    )  # fmt: skip


def _membership(person: KnownPerson, row: HouseholdRow, list_id: int, true_on: date) -> Span:
    said = (row.household, row.member, row.relation, row.address, row.lived_in, list_id, row.number)
    return Span(person, true_on, said, row.died)


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
