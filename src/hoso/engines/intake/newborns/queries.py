"""Children of a mother who are registered, and birth papers of her visits; inside `core.access.reading.read`."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import connection

from hoso.engines.people.models import Sex
from hoso.engines.records.resource_types import NUMBERS


@dataclass(frozen=True)
class Child:
    person_id: int
    name: str
    born_at: datetime
    sex: Sex
    weight_grams: int | None
    order: int
    together: int
    has_number: bool


@dataclass(frozen=True)
class BirthPaper:
    """What an XML9 says of the child, field by field as it is spoken."""

    composition: str
    told: dict[str, str]


def children_of(mother_id: int) -> list[Child]:
    """The youngest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.person_id, p.name, b.born_at, b.sex, b.weight_grams, b.birth_order, b.born_together, EXISTS (
                SELECT 1 FROM people_identifier i WHERE i.person_id = p.person_id AND NOT i.contested
                AND i.kind IN ('personal_number', 'insurance_number'))
            FROM people_birth b JOIN people_person p ON p.person_id = b.person_id
            WHERE b.mother_id = ANY (people_joined_to(%s)) ORDER BY b.born_at DESC, b.birth_order
            """,
            [mother_id],
        )
        return [Child(row[0], row[1], row[2], Sex(row[3]), *row[4:]) for row in cursor.fetchall()]


def birth_papers(mother_id: int, most: int = 5) -> list[BirthPaper]:
    """Of her visits, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body FROM records_resource WHERE person_id = %s AND type = %s AND source_table = 9 AND NOT deleted"
            " ORDER BY happened DESC LIMIT %s",
            [mother_id, NUMBERS["Composition"], most],
        )
        return [BirthPaper(id_, _told(bytes(body))) for id_, body in cursor.fetchall()]


def _told(body: bytes) -> dict[str, str]:
    found = {}
    for section in orjson.loads(body).get("section", []):
        code = section.get("code", {}).get("coding", [{}])[0].get("code", "")
        sent = [one["valueString"] for one in section.get("extension", []) if one["url"].endswith("as-sent")]
        words = section["text"]["div"].partition(">")[2].rpartition("<")[0]
        found[code] = sent[0] if sent else words
    return found
