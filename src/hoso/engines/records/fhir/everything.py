"""`Patient/$everything`: a person's whole record page by page, with what it refers to outside of it.

R4, operation Patient-everything. Runs inside `core.access.reading.read`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.engines.records.fhir.definitions import compartment
from hoso.engines.records.fhir.search.across import Cursor, Page, Sight, bounded_time
from hoso.engines.records.fhir.search.candidates import AsOf, read_candidates, resources_named
from hoso.engines.records.fhir.search.plan import Record
from hoso.engines.records.fhir.search.resolved import Key
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS

SEGMENT = "record"
BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """What of a record is asked for; `types` of the compartment, empty: all. `start` and `end` bound when it happened."""

    types: tuple[str, ...] = ()
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    count: int = 1000


def record_types() -> frozenset[str]:
    """The types that a person's record is made of."""
    return frozenset({"Patient", *compartment("Patient")})


def everything(scope: Scope, sight: Sight, person_id: int, wanted: Wanted, cursor: Cursor | None) -> Page:
    """One page of the record, and what the resources on it refer to outside of the record."""
    types = tuple(sorted(NUMBERS[name] for name in wanted.types or record_types()))
    segment = Record(person_id, types, wanted.since, wanted.start, wanted.end)
    as_of = cursor.as_of if cursor else AsOf.now()
    page = Page(looked_through=frozenset({person_id}))
    after = cursor.position if cursor else None
    with bounded_time():
        while len(page.resources) <= wanted.count:
            batch = read_candidates(scope, "Patient", segment, as_of, after, min(BATCH, wanted.count + 1))
            page.resources += [one for _, one in batch if sight(one.type)(one)]
            if len(batch) < min(BATCH, wanted.count + 1):
                break
            after = batch[-1][0]
        if len(page.resources) > wanted.count:
            page.resources = page.resources[: wanted.count]
            last = page.resources[-1]
            page.next = Cursor(as_of, SEGMENT, (NUMBERS[last.type], last.id))
        elif cursor is None:
            page.total = len(page.resources)
        named = resources_named(scope, sorted({key for one in page.resources for key in _outside(one)}))
        page.included = [one for one in named if sight(one.type)(one)]
    note_labels(one.sensitivity for one in (*page.resources, *page.included))
    return page


def _outside(one: StoredResource) -> Iterator[Key]:
    for reference in _references(one.content()):
        kind, _, id_ = reference.partition("/_history/")[0].rpartition("/")
        kind = kind.rpartition("/")[2]
        if kind in NUMBERS and kind not in record_types():
            yield kind, id_


def _references(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for value in element.values():
            yield from _references(value)
    elif isinstance(element, list):
        for value in element:
            yield from _references(value)
