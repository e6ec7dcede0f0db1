"""Whose record a group's export holds, as a condition on rows (alias `r`).

`Group/facility-<code>`: who is or was in care at a facility. `Group/place-<code>`: who lives in a place or below it. Any other
id is a Group that is filed. A group only narrows: what of it the asker sees, the policy says (ADR 83).
"""

from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.writing.owners import named_patients
from hoso.engines.records.resource_types import NUMBERS

FACILITY, PLACE = "facility-", "place-"


def members(scope: Scope, group: str) -> str:
    """The condition. Raises HosoError HS5001 for no group that the asker may see."""
    if group.startswith(FACILITY):
        found = _ids("SELECT id FROM places_facility WHERE code = %s", [group.removeprefix(FACILITY)])
        known = "SELECT 1 FROM access_care_relation c WHERE c.person_id = r.person_id AND c.facility_id = ANY ({})"
        return f"EXISTS ({known.format(found)})"
    if group.startswith(PLACE):
        found = _ids(
            "SELECT id FROM places_place WHERE code = %s AND (valid_to IS NULL OR valid_to > current_date)",
            [group.removeprefix(PLACE)],
        )
        return f"r.person_id <> 0 AND r.place_id = ANY ((SELECT places_within({found}))::bigint[])"
    return f"r.person_id = ANY ({_filed(scope, group)})"


def _filed(scope: Scope, group: str) -> str:
    found = interactions.current(scope, "Group", group)
    if found is None or found.resources[0].deleted:
        raise HosoError("HS5001")
    named = [one.id for one in named_patients("Group", found.resources[0].content()) if one.id]
    return _ids(
        "SELECT l.person_id FROM records_location l WHERE l.type = %s AND l.id = ANY (%s)", [NUMBERS["Patient"], named]
    )


def _ids(statement: str, values: list[Any]) -> str:
    """Numbers of our own as an array in SQL. Raises HosoError HS5001 where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = sorted(int(row[0]) for row in cursor.fetchall())
    if not found:
        raise HosoError("HS5001")
    return f"'{{{','.join(map(str, found))}}}'::bigint[]"
