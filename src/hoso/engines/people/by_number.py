"""Somebody who stands at the desk, found past the asker's reach by a number of theirs and their year of birth."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True)
class PersonAtTheDesk:
    """What consent and sharing need to know of a person; the name is not for showing before the person agreed."""

    person_id: int
    source_person_id: int
    patient_id: str
    place_id: int
    name: str
    birth_date: date
    birth_precision: int
    phone: str


def person_at_the_desk(number: str, birth_year: int) -> PersonAtTheDesk | None:
    """The one person with this number (personal, insurance or card) and year of birth; None for nobody or for two.

    Runs inside a transaction whose actor may ask for shares, record consent or handle requests.
    """
    compact = re.sub(r"[\s.\-]", "", number).upper()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_by_number_and_year(%s, %s)", [compact, birth_year])
        rows = cursor.fetchall()
    return PersonAtTheDesk(*rows[0]) if len(rows) == 1 else None
