"""What is known of a person while a batch of visits is tied to persons, and where a claim came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from hoso.core.database.prepared import rows_through
from hoso.engines.people.claimed import Key
from hoso.engines.people.details import Statement
from hoso.engines.people.models import BirthDate
from hoso.engines.people.statements import load_statements

NumberSpan = tuple[date | None, date | None]  # the first day, and the first on which it holds no more


@dataclass(slots=True)
class KnownPerson:
    """The facts of a person as the batch sees them; `is_new` and `is_changed` say what must be written."""

    person_id: int
    source_person_id: int
    patient_id: str
    name: str
    birth: BirthDate
    sex: int
    phone: str
    address: str
    as_of: datetime
    provisional: bool
    facility_id: int
    place_id: int
    package_id: int
    merged_into: int | None = None
    numbers: dict[Key, int] = field(default_factory=dict)  # with the labels by which a number may not be known
    statements: dict[str, Statement] = field(default_factory=dict)  # by visit
    is_new: bool = False
    is_changed: bool = False
    joined_to: "KnownPerson | None" = None  # `merged_into`: under whom everything of this person is shown
    joined_numbers: dict[Key, int] = field(default_factory=dict)  # of those who are joined to this person
    spans: dict[Key, NumberSpan] = field(default_factory=dict)  # of numbers with a known day, those joined included
    joined_patients: list[str] = field(default_factory=list)  # ids of their Patients

    @property
    def now(self) -> "KnownPerson":
        """Under whom what is filed of this person is shown."""
        return self.joined_to or self

    @property
    def says_of_itself(self) -> bool:
        """Whether a visit of the person's own, not of somebody joined to them, may be told."""
        return any(one.details for one in self.statements.values() if not one.joined)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a claim came from; `withheld`: the labels of a visit of which nothing may be known, numbers neither."""

    facility_id: int
    place_id: int
    package_id: int
    line: int
    encounter: str = ""  # of the visit; without one the claim is no statement that could be corrected later
    sensitivity: int = 0  # of the visit as a whole
    withheld: int = 0


def load_persons(
    cursor: Any, person_ids: Sequence[int], known: Mapping[int, KnownPerson] = MappingProxyType({})
) -> list[KnownPerson]:
    """Those of these persons who are stored, with their numbers and everything that was stated of them; with each of them
    the one to whom they are joined, unless that one is `known`."""
    if not person_ids:
        return []
    rows = rows_through(
        cursor,
        """
        SELECT person_id, source_person_id, patient_id, name, birth_date, birth_precision, birth_time, sex, phone,
               address, as_of, provisional, facility_id, place_id, package_id, merged_into
        FROM people_person WHERE person_id = ANY (%s::bigint[])
        """,
        [list(person_ids)],
    )
    found = {row[0]: KnownPerson(*[*row[:4], BirthDate(*row[4:7]), *row[7:]]) for row in rows}
    roots = {one.merged_into for one in found.values() if one.merged_into} - found.keys()
    shown_under = {one.person_id: one for one in load_persons(cursor, sorted(roots - known.keys()), known)}
    for one in found.values():
        if one.merged_into:
            one.joined_to = found.get(one.merged_into) or shown_under.get(one.merged_into) or known[one.merged_into]
    _load_said(cursor, found)
    return [*found.values(), *shown_under.values()]


def _load_said(cursor: Any, fresh: Mapping[int, KnownPerson]) -> None:
    """Numbers and statements: of each its own, and of the one to whom others are joined theirs beside them."""
    shown_under = sorted({one.now.person_id for one in fresh.values()})
    numbers = rows_through(
        cursor,
        "SELECT person_id, source_person_id, kind, value, issuer_id, sensitivity, valid_from, valid_to FROM people_identifier"
        " WHERE person_id = ANY (%s::bigint[]) AND kind <> 'phone'",
        [shown_under],
    )
    for person_id, source, kind, value, issuer, sensitivity, *span in numbers:
        for shown in {person_id, source} & fresh.keys() if any(span) else ():
            fresh[shown].spans[kind, value, issuer] = (span[0], span[1])
        if source in fresh:
            fresh[source].numbers[kind, value, issuer] = sensitivity
        if person_id != source and person_id in fresh:
            joined = fresh[person_id].joined_numbers
            joined[kind, value, issuer] = joined.get((kind, value, issuer), sensitivity) & sensitivity
    for person_id, source, statement in load_statements(cursor, shown_under):
        if source in fresh:
            fresh[source].statements[statement.encounter] = statement
        if person_id != source and person_id in fresh:
            fresh[person_id].statements[statement.encounter] = replace(statement, joined=True)
    joined_patients = (
        "SELECT merged_into, patient_id FROM people_person WHERE merged_into = ANY (%s::bigint[]) ORDER BY 2"
    )
    for person_id, patient_id in rows_through(cursor, joined_patients, [shown_under]):
        if person_id in fresh:
            fresh[person_id].joined_patients.append(patient_id)
