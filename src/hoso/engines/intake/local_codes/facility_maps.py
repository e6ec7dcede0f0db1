"""The mappings of one facility as a map from its codes to the catalogue's. Runs inside `access.reading.read`."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.intake.local_codes.kinds import Kind, kinds

MOST_TRANSLATED = 100  # facilities that may know one code


@dataclass(frozen=True, slots=True)
class MappedCode:
    """What a code of a facility means on the day that was asked about."""

    facility: str  # its code
    kind_key: str
    code: str
    target: str
    equivalence: str
    version: int
    valid_from: date
    valid_to: date | None
    decided_at: datetime

    @property
    def kind(self) -> Kind:
        return kinds()[self.kind_key]


_HOLDING = """
    SELECT f.code, c.kind, c.code, m.target, m.equivalence, m.version, m.valid_from, m.valid_to, m.decided_at
    FROM local_codes_code c
    JOIN places_facility f ON f.id = c.facility_id
    JOIN local_codes_mapping m ON m.id = local_codes_mapping_on(c.id, %(day)s) AND m.target IS NOT NULL
"""


def facility_map(scope: Scope, facility: str, kind: str, day: date) -> list[MappedCode]:
    """Every mapping of this kind that holds on that day, by code."""
    return _read(
        f"{_HOLDING} WHERE f.code = %(facility)s AND c.kind = %(kind)s AND {scope.facilities('c')} ORDER BY c.code",
        {"day": day, "facility": facility, "kind": kind},
    )


def translations(scope: Scope, kind: str, code: str, day: date, facility: str = "") -> list[MappedCode]:
    """What a code means to the facilities in scope that have a mapping for it, or to the one named."""
    return _read(
        f"{_HOLDING} WHERE c.kind = %(kind)s AND c.code = %(code)s AND (%(facility)s = '' OR f.code = %(facility)s)"
        f" AND {scope.facilities('c')} ORDER BY f.code LIMIT %(most)s",
        {"day": day, "kind": kind, "code": code, "facility": facility, "most": MOST_TRANSLATED},
    )


def _read(statement: str, values: dict[str, str | int | date]) -> list[MappedCode]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [MappedCode(*row) for row in cursor.fetchall()]
