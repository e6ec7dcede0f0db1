"""What is known of a person while a batch of visits is tied to persons, and where a claim came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hoso.engines.people.claimed import Key
from hoso.engines.people.details import Statement
from hoso.engines.people.models import BirthDate
from hoso.engines.people.statements import load_statements


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


def load_persons(cursor: Any, person_ids: Sequence[int]) -> list[KnownPerson]:
    """Those of these persons who are stored, with their numbers and everything that was stated of them."""
    if not person_ids:
        return []
    cursor.execute(
        """
        SELECT person_id, source_person_id, patient_id, name, birth_date, birth_precision, birth_time, sex, phone,
               address, as_of, provisional, facility_id, place_id, package_id, merged_into
        FROM people_person WHERE person_id = ANY (%s)
        """,
        [list(person_ids)],
    )
    found = {row[0]: KnownPerson(*[*row[:4], BirthDate(*row[4:7]), *row[7:]]) for row in cursor.fetchall()}
    cursor.execute(
        "SELECT person_id, kind, value, issuer_id, sensitivity FROM people_identifier"
        " WHERE person_id = ANY (%s) AND kind <> 'phone'",
        [list(found)],
    )
    for person_id, kind, value, issuer, sensitivity in cursor.fetchall():
        found[person_id].numbers[kind, value, issuer] = sensitivity
    for person_id, statement in load_statements(cursor, list(found)):
        found[person_id].statements[statement.encounter] = statement
    return list(found.values())
