"""Ids that the server gives. What is sent again inside a bundle under the same `urn:` gets the same id, so it is filed once.

ADR 70: the id is made of the full URL, the bytes, and the bytes of the bundle's own patients, on which a reference inside
the bytes may hang. A create outside a bundle, or without a `urn:`, is new each time.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

from hoso.engines.records.drafts import uuid8, uuid8_at
from hoso.engines.records.fhir.search.moments import span_of
from hoso.engines.records.fhir.writing.asked import Wanted

_MOMENT = re.compile(
    rb'"(?:effectiveDateTime|performedDateTime|occurrenceDateTime|onsetDateTime|authoredOn|start|issued|created|date|recorded)"'
    rb'\s*:\s*"(\d{4}(?:-\d\d(?:-\d\d)?)?)'
)


def seed_of(wanted: Iterable[Wanted]) -> str:
    """What all ids of one bundle hang on: its patients as sent."""
    digest = sha256()
    for one in wanted:
        if one.type_name == "Patient":
            digest.update(one.full_url.encode() + b"\x1f" + one.body)
    return digest.hexdigest()


def new_id(wanted: Wanted, seed: str) -> str:
    if not wanted.full_url.startswith("urn:"):
        return uuid8(datetime.now(UTC), uuid4().hex)
    match = _MOMENT.search(wanted.body)
    span = span_of(match[1].decode()) if match else None
    milliseconds = int(span[0].timestamp() * 1000) if span else 0
    return uuid8_at(milliseconds, "fhir", wanted.full_url, seed, sha256(wanted.body).hexdigest())
