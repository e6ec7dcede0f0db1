"""Reading by FHIR's interactions: read, vread, history of one resource, search within persons' charts.

Each function runs inside `core.access.reading.read`. A search names the persons whose charts it looks through: their
resources are read by key and filtered (matching.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.records.fhir.search import moments
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import Query, SortKey
from hoso.engines.records.fhir.search.values import texts_of, values_of
from hoso.engines.records.reading import StoredResource, resources_of_person, stored_rows
from hoso.engines.records.resource_types import NUMBERS

MOST_IN_A_CHART = 20_000  # resources of one type of one person


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
    rows = stored_rows("records_resource", scope, person_id, "r.type = %s AND r.id = %s", [NUMBERS[type_name], id_])
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


def search_charts(scope: Scope, person_ids: Sequence[int], query: Query, until: datetime | None = None) -> Found:
    """All resources of the type in these persons' charts that fit, in order: newest first where no order was asked.

    With `until` only what was last changed by then: the pages of one search look at one state of the store.
    """
    fits = matcher(query)
    resources = []
    for person_id in person_ids:
        for one in resources_of_person(scope, person_id, [query.type_name], limit=MOST_IN_A_CHART):
            if (until is None or one.last_updated <= until) and fits(orjson.loads(one.served())):
                resources.append(one)
    for key in reversed(query.sort):
        resources = _sorted(resources, key)
    return Found(person_ids[0] if len(person_ids) == 1 else None, tuple(resources))


def person_of(type_name: str, id_: str) -> int | None:
    """Whose resource it is, whether the asker may see it or not; for decisions, never to be told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM records_location WHERE type = %s AND id = %s", [NUMBERS[type_name], id_])
        row = cursor.fetchone()
    return row[0] if row else None


def _sorted(resources: list[StoredResource], key: SortKey) -> list[StoredResource]:
    """In the order of one key; resources without a value come last either way (R4 section 3.1.1.5.1)."""
    find = values_of(key.parameter)
    keyed: list[tuple[Any, StoredResource]] = []
    without = []
    for one in resources:
        values = [_order(kind, value) for kind, value in find(orjson.loads(one.served()))]
        given = [value for value in values if value is not None]
        if given:
            keyed.append((max(given) if key.descending else min(given), one))
        else:
            without.append(one)
    keyed.sort(key=lambda pair: pair[0], reverse=key.descending)
    return [one for _, one in keyed] + without


def _order(kind: str, value: Any) -> Any:
    """What a value is ordered by: a moment, a number, or text; of one parameter always the same of the three."""
    if kind in ("date", "dateTime", "instant", "Period", "Timing"):
        spans = moments.spans_of(kind, value)
        return spans[0][0] if spans else None
    if isinstance(value, dict):
        if isinstance(value.get("value"), int | float):
            return float(value["value"])
        coding = next(iter(value.get("coding", [])), value)
        texts = texts_of(kind, value) or [coding.get("code") or coding.get("value") or coding.get("reference") or ""]
        return texts[0].casefold()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value).casefold()
