"""Resources in the order of `_sort`, and where a page of them begins."""

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any

import orjson
from django.db import connection

from hoso.engines.records.fhir.search import moments
from hoso.engines.records.fhir.search.query import Query, SortKey
from hoso.engines.records.fhir.search.values import texts_of, values_of
from hoso.engines.records.reading import STORED_COLUMNS, StoredResource, stored_resource
from hoso.engines.records.resource_types import NUMBERS

Keys = tuple[Any, ...]
Keyed = tuple[Keys, str, StoredResource]


def in_order(query: Query, found: Sequence[StoredResource], last: tuple[str, int] | None) -> list[StoredResource]:
    """The resources in order, those with equal values by id; only those behind the version `last` (id, version), whatever
    became of it since."""
    keyed: list[Keyed] = [(_keys(query, one), one.id, one) for one in found]
    compare = _comparison(query.sort)
    keyed.sort(key=cmp_to_key(compare))
    if last is not None:
        shown = next((one for one in found if (one.id, one.version) == last), None) or _version(query.type_name, *last)
        if shown is not None:
            mark: Keyed = (_keys(query, shown), shown.id, shown)
            keyed = [one for one in keyed if compare(one, mark) > 0]
    return [one for _, _, one in keyed]


def _version(type_name: str, id_: str, version: int) -> StoredResource | None:
    """The version that was shown last; it is not shown again, only its place in the order is asked."""
    with connection.cursor() as cursor:
        for table in ("records_resource", "records_resource_version"):
            cursor.execute(
                f"SELECT {STORED_COLUMNS} FROM records_location l JOIN {table} r"
                " ON r.person_id = l.person_id AND r.type = l.type AND r.id = l.id"
                " WHERE l.type = %s AND l.id = %s AND r.version = %s",
                [NUMBERS[type_name], id_, version],
            )
            if row := cursor.fetchone():
                return stored_resource(row)
    return None


def _comparison(sort: Sequence[SortKey]) -> Callable[[Keyed, Keyed], int]:
    def compare(one: Keyed, other: Keyed) -> int:
        for key, mine, theirs in zip(sort, one[0], other[0], strict=True):
            if mine is None or theirs is None:  # without a value: last either way (R4 section 3.1.1.5.1)
                if (mine is None) != (theirs is None):
                    return 1 if mine is None else -1
            elif mine != theirs:
                return (1 if mine > theirs else -1) * (-1 if key.descending else 1)
        return (one[1] > other[1]) - (one[1] < other[1])

    return compare


def _keys(query: Query, one: StoredResource) -> Keys:
    content = orjson.loads(one.served())
    return tuple(_key(key, content) for key in query.sort)


def _key(key: SortKey, content: Any) -> Any:
    """The least of a resource's values, or the greatest where the order descends; None where it has none."""
    values = [_order(kind, value) for kind, value in values_of(key.parameter)(content)]
    given = [(type(value).__name__, value) for value in values if value is not None]
    return (max(given) if key.descending else min(given)) if given else None


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
