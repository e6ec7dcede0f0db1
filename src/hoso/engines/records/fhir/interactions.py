"""Reading by FHIR's interactions: read, vread, history of one resource, search.

Each function runs inside `core.access.reading.read`.
"""

from dataclasses import dataclass

from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.core.database.prepared import rows_of
from hoso.engines.records.fhir.search.across import Cursor, Page, Search, Sight, bounded_time
from hoso.engines.records.fhir.search.candidates import AsOf
from hoso.engines.records.fhir.search.includes import bring_along
from hoso.engines.records.fhir.search.query import Query
from hoso.engines.records.fhir.search.resolved import Resolved
from hoso.engines.records.reading import StoredResource, stored_by_id, stored_rows
from hoso.engines.records.resource_types import NUMBERS

_LOCATED = "SELECT person_id FROM records_location WHERE type = %s::smallint AND id = %s::text"


@dataclass(frozen=True)
class Found:
    """What an interaction found, and whose it is; None: of several persons, or of nobody."""

    person_id: int | None
    resources: tuple[StoredResource, ...]

    def __len__(self) -> int:
        return len(self.resources)


def current(scope: Scope, type_name: str, id_: str) -> Found | None:
    """The current version, deleted ones too; None where there is none in this scope."""
    person_id = person_of(type_name, id_)
    if person_id is None:
        return None
    rows = stored_by_id(scope, person_id, type_name, id_)
    return Found(person_id, tuple(rows)) if rows else None


def versions(scope: Scope, type_name: str, id_: str) -> Found | None:
    """Every version, the newest first; None where there is none in this scope."""
    now = current(scope, type_name, id_)
    if now is None:
        return None
    past = stored_rows(
        "records_resource_version", scope, now.person_id or 0, "r.type = %s AND r.id = %s", [NUMBERS[type_name], id_]
    )
    ordered = sorted([*now.resources, *past], key=lambda one: -one.version)
    return Found(now.person_id, tuple(ordered))


def search(
    scope: Scope, sight: Sight, query: Query, extra: tuple[Resolved, ...] = (), cursor: Cursor | None = None
) -> Page:
    """One page of a search with what it brings along: everything on it passed the scope, the sight and row security.

    `extra` are conditions that the address adds (a compartment). Raises HosoError HS5008 where the page can no longer be
    made, HS5150 to HS5154 where the search asks too much.
    """
    with bounded_time():
        asked = Search(scope, sight, cursor.as_of if cursor else AsOf.now())
        page = asked.page(query, extra, cursor)
        bring_along(asked, query, page)
    note_labels(one.sensitivity for one in (*page.resources, *page.included))
    return page


def person_of(type_name: str, id_: str) -> int | None:
    """Whose resource it is, whether the asker may see it or not; for decisions, never to be told."""
    found = rows_of(_LOCATED, [NUMBERS[type_name], id_])
    return found[0][0] if found else None
