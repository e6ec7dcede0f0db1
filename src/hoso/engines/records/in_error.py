"""Marking the resources of a visit as entered in error: a last version that says so, and is shown nowhere any more.

FHIR R4: `status` (or `verificationStatus` of Condition and AllergyIntolerance) is entered-in-error. The versions before it stay.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from hoso.engines.records.resource_types import name_of

IN_ERROR = "entered-in-error"
_VERIFIED = {
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "AllergyIntolerance": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
}
_KEPT = (
    "person_id, type, id, version, deleted, last_updated, happened, encounter, source_person_id, facility_id, place_id,"
    " sensitivity, package_id, source_table, source_line, hash, body, meta"
)


def mark_in_error(cursor: Any, at: datetime, person_id: int, encounter: str) -> list[tuple[str, str, int]]:
    """Mark every resource of a visit; returns (type, id, version) of those that were current."""
    cursor.execute(
        """
        SELECT r.type, r.id, r.body, greatest(r.version, (SELECT max(v.version) FROM records_resource_version v
            WHERE v.person_id = r.person_id AND v.type = r.type AND v.id = r.id)) + 1
        FROM records_resource r WHERE r.person_id = %s AND r.encounter = %s AND NOT r.deleted ORDER BY 1, 2
        """,
        [person_id, encounter],
    )
    touched = []
    for number, id_, body, version in cursor.fetchall():
        marked = in_error(bytes(body))
        key = [person_id, number, id_]
        condition = "person_id = %s AND type = %s AND id = %s"
        cursor.execute(
            f"INSERT INTO records_resource_version ({_KEPT}) SELECT {_KEPT} FROM records_resource WHERE {condition}",
            key,
        )
        cursor.execute(
            "UPDATE records_resource SET body = %s, hash = %s, version = %s, deleted = true, last_updated = %s"
            f" WHERE {condition}",
            [marked, sha256(marked).digest(), version, at, *key],
        )
        cursor.execute(f"DELETE FROM records_token WHERE {condition}", key)
        touched.append((name_of(number), id_, version))
    return touched


def in_error(body: bytes) -> bytes:
    """The resource with its status changed; nothing else of it is."""
    resource = orjson.loads(body)
    system = _VERIFIED.get(resource.get("resourceType", ""))
    if system:
        resource["verificationStatus"] = {"coding": [{"system": system, "code": IN_ERROR}]}
        resource.pop("clinicalStatus", None)  # con-5, ait-2: not together with entered-in-error
    else:
        resource["status"] = IN_ERROR
    return bytes(orjson.dumps(resource))
