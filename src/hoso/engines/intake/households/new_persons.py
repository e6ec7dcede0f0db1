"""Everything that is stored of a person whom a list names first: made without the database, by the functions that file a row.

The writer stores it where the person is unknown indeed; of everybody else the row is filed as `filing.take_rows` does. Of each
person one row goes to the database (docs/decisions/0146-one-row-a-new-person.md).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from hoso.core.database.bulk import staged_packed
from hoso.core.database.packed_rows import Packed, pack_rows
from hoso.engines.intake.households.new_person_tables import (
    GROUP,
    MEMBER,
    PATIENT,
    STAGED,
    STATEMENT,
    known_rows,
    spread,
)
from hoso.engines.intake.households.rows import HouseholdRow
from hoso.engines.intake.households.said import claim_of, group_span_of, membership_of, moment_of, origin_of
from hoso.engines.intake.households.spans import Span, span_row
from hoso.engines.intake.mapping.patient import patient_draft
from hoso.engines.people.hoso_numbers import hoso_number
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.people.linkage import Linkage
from hoso.engines.people.linked_rows import News, person_row
from hoso.engines.people.statements import statement_row
from hoso.engines.records.actions import Filing, RecordBatch

_PERSON_ID = itemgetter(list(STAGED).index("person_person_id"))


@dataclass(frozen=True, slots=True)
class NewPersons:
    """What is stored of the persons of these rows (`places`: their numbers over all sheets), if nobody knows them."""

    places: tuple[int, ...]
    packed: Packed  # of STAGED


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
    made = [
        (
            place, *several, *person_row(person), *STATEMENT.own(statement_row(statement)),
            *MEMBER.own(_span_row(membership_of(person, row, list_id, true_on))),
            *GROUP.own(_span_row(group_span_of(person, row, true_on))), *PATIENT.own(patient),
        )
        for (place, row), person, statement, patient, several in zip(
            rows.items(), persons, people.news.statements.values(), filed.new, _several(people.news, filed), strict=True
        )
    ]  # fmt: skip
    made.sort(key=_PERSON_ID)  # neighbours in the indexes, whose pages are then found once
    return NewPersons(tuple(rows), pack_rows(STAGED, made))


def _span_row(span: Span) -> tuple[Any, ...]:
    return span_row(span, span.end)


def _several(news: News, filed: RecordBatch) -> Iterator[tuple[list[Any], ...]]:
    """What each person has several of: kinds of numbers and numbers, search words, search rows of the Patient and their moments."""
    kinds, numbers, words = (defaultdict[int, list[Any]](list) for _ in range(3))
    for new in news.numbers:
        kinds[new.person.person_id].append(new.key[0])
        numbers[new.person.person_id].append(new.key[1])
    for word, person_id in news.tokens:
        words[person_id].append(word)
    found: list[tuple[list[int], list[datetime | None]]] = [([], []) for _ in filed.new]
    for token, moment, place in filed.new_tokens:
        found[place][0].append(token)
        found[place][1].append(moment)
    for patient, rows in zip(filed.new, found, strict=True):
        person_id = patient[0]
        yield kinds[person_id], numbers[person_id], words[person_id], *rows


def store_new(cursor: Any, new: NewPersons, at: datetime) -> frozenset[int]:
    """Store the persons of those rows of whom nobody knows a number, nor the person itself; gives the numbers of these rows."""
    with staged_packed(cursor, "household_person", STAGED, new.packed) as stage:
        known = known_rows(cursor, stage)
        if known:
            cursor.execute(f"DELETE FROM {stage} WHERE number = ANY (%s)", [known])
        unknown = frozenset(new.places) - set(known)
        if unknown:
            spread(cursor, stage, at)
    return unknown
