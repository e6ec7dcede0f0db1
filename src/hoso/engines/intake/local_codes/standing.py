"""The approved mappings of facilities, and which of them holds on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """An approved version of what a local code means; `target` is None where it is mapped no more."""

    id: int
    target: str | None
    labels: int
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


Mappings = dict[tuple[int, str, str], list[Standing]]  # facility, kind, code -> versions, newest first


def load_standing(cursor: Any, facilities: Collection[int]) -> Mappings:
    """Every approved mapping of these facilities."""
    cursor.execute(
        "SELECT c.facility_id, c.kind, c.code, m.id, m.target, m.labels, m.valid_from, m.valid_to"
        " FROM local_codes_mapping m JOIN local_codes_code c ON c.id = m.code_id"
        " WHERE m.facility_id = ANY (%s) AND m.decision = 'approved' ORDER BY m.version DESC",
        [list(facilities)],
    )
    found: Mappings = {}
    for facility_id, kind, code, *rest in cursor.fetchall():
        found.setdefault((facility_id, kind, code), []).append(Standing(*rest))
    return found


def holding(mappings: Mappings, facility_id: int, kind: str, code: str, day: date) -> Standing | None:
    """The newest version that holds on that day."""
    return next((one for one in mappings.get((facility_id, kind, code), ()) if one.holds(day)), None)
