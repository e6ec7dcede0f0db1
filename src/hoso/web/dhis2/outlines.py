"""The outline of a unit of the tree."""

from typing import Any

from hoso.core.places.outlines import outline_of
from hoso.web.dhis2.objects import Thing

TIERS = {2: "province", 3: "commune"}


def geometry_of(unit: Thing) -> dict[str, Any] | None:
    """GeoJSON, as the unit is today; None where there is none, or no such unit any more (codes are used again)."""
    if "closedDate" in unit:
        return None
    return outline_of(TIERS.get(unit["level"], ""), unit["code"])
