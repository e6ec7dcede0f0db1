"""Everything that is stored of a person whom a list names first: made without the database, by the functions that file a row.

The writer stores it where the person is unknown indeed; of everybody else the row is filed as `filing.take_rows` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hoso.core.database.bulk import insert_packed, staged_packed
from hoso.core.database.packed_rows import Packed, pack_rows
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
from hoso.engines.intake.households.spans import span_columns, span_row
from hoso.engines.intake.mapping.patient import patient_draft
from hoso.engines.people.hoso_numbers import hoso_number
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.people.linkage import Linkage
from hoso.engines.people.linked_rows import (
    NUMBER_COLUMNS,
    PERSON_COLUMNS,
    TOKEN_COLUMNS,
    number_row,
    person_row,
    token_row,
)
from hoso.engines.people.statements import COLUMNS as STATEMENT_COLUMNS
from hoso.engines.people.statements import statement_row
from hoso.engines.records import new_rows as records
from hoso.engines.records.actions import Filing, RecordBatch

KEY_COLUMNS = {"place": "integer", "kind": "text", "value": "text", "person_id": "bigint"}
CHANGE_COLUMNS = {
    "topic": "text", "key": "text", "person_id": "bigint", "source_person_id": "bigint", "place_id": "bigint",
    "payload": "jsonb",
}  # fmt: skip
STORED = {
    "people_person": PERSON_COLUMNS, "people_identifier": NUMBER_COLUMNS, "people_token": TOKEN_COLUMNS,
    "people_statement": STATEMENT_COLUMNS, "people_household_member": span_columns(MEMBER_COLUMNS),
    "people_population_group": span_columns(GROUP_COLUMNS), "records_resource": records.RESOURCE_COLUMNS,
    "records_location": records.LOCATION_COLUMNS, "records_token": records.FULL_TOKEN_COLUMNS, "changes_change": CHANGE_COLUMNS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewPersons:
    """What is stored of the persons of these rows (`places`: their numbers over all sheets), if nobody knows them."""

    places: tuple[int, ...]
    keys: Packed
    tables: dict[str, Packed]


def new_persons(rows: dict[int, HouseholdRow], list_id: int, true_on: date, serials: Sequence[int]) -> NewPersons:
    """`rows` by number over all sheets, no two of which share a number of a person; a serial of HoSo numbers for each."""
    people, said_at = Linkage(None), moment_of(true_on)
    filed = RecordBatch(None, datetime.now(UTC))  # the writer says when
    persons: list[KnownPerson] = []
    for row, serial in zip(rows.values(), serials, strict=False):
        person = people.link(claim_of(row, said_at), origin_of(row)).person
        people.give_number(person, ("hoso_number", hoso_number(serial), 0))
        draft = patient_draft(person, {})
        filed.file(draft, Filing(person.person_id, person.person_id, person.patient_id, None, 0, person.place_id, 0))
        persons.append(person)
    keys = [
        (place, kind, value, person.person_id)
        for (place, row), person in zip(rows.items(), persons, strict=True)
        for kind, value in row.numbers
    ]
    made = _rows(people, persons, list(rows.values()), list_id, true_on)
    made |= {
        "records_resource": filed.new, "records_location": map(records.location_row, filed.new),
        "records_token": records.token_rows(filed.new, filed.new_tokens),
    }  # fmt: skip
    tables = {table: pack_rows(columns, made[table]) for table, columns in STORED.items()}
    return NewPersons(tuple(rows), pack_rows(KEY_COLUMNS, keys), tables)


def _rows(
    people: Linkage, persons: list[KnownPerson], rows: list[HouseholdRow], list_id: int, true_on: date
) -> dict[str, Any]:
    news, sides = people.news, list(zip(persons, rows, strict=True))
    return {
        "people_person": map(person_row, persons),
        "people_identifier": map(number_row, news.numbers),
        "people_token": (
            token_row(token, people.persons[person], origin) for (token, person), origin in news.tokens.items()
        ),
        "people_statement": (
            statement_row(replace(row, place_id=people.persons[row.person_id].place_id))
            for row in news.statements.values()
        ),
        "people_household_member": (
            span_row(span, span.end) for span in (membership_of(*side, list_id, true_on) for side in sides)
        ),
        "people_population_group": (
            span_row(span, span.end) for span in (group_span_of(*side, true_on) for side in sides)
        ),
        "changes_change": (
            ("person.created", one.patient_id, one.person_id, one.person_id, one.place_id, {}) for one in persons
        ),
    }


def store_new(cursor: Any, new: NewPersons, at: datetime) -> frozenset[int]:
    """Store the persons of those rows of whom nobody knows a number, nor the person itself; gives the numbers of these rows."""
    with staged_packed(cursor, "household_key", KEY_COLUMNS, new.keys) as keys:
        cursor.execute(
            f"SELECT k.place, k.person_id FROM {keys} k JOIN people_identifier i"
            " ON i.kind = k.kind AND i.value = k.value AND i.issuer_id = 0"
            f" UNION SELECT k.place, k.person_id FROM {keys} k JOIN people_person p ON p.person_id = k.person_id"
        )
        known = dict(cursor.fetchall())
    unknown = frozenset(new.places) - known.keys()
    if unknown:
        others = (
            f"WHERE person_id <> ALL ('{{{','.join(map(str, sorted(known.values())))}}}'::bigint[])" if known else ""
        )
        for table, columns in STORED.items():
            insert_packed(cursor, table, columns, new.tables[table], others, at)
    return unknown
