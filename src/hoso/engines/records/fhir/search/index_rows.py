"""The index rows of a resource, by which searches across persons find it: one function, for everything that is filed.

A row is a hash of type, parameter and value, with a moment. Rows find candidates; whether one fits is decided by its bytes
(matching.py), so a row may say less than the parameter asks: a code without its system, the beginning of a text, the span
of all dates. Which parameters have no rows, and how they are answered instead, is data (definitions/fhir/search_index.yaml).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import blake2b
from math import floor
from typing import Any

from hoso.core.vietnamese.folding import fold
from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from hoso.engines.records.fhir.paths import Found, NotCompiled, first_members
from hoso.engines.records.fhir.search.left_out import left_out
from hoso.engines.records.fhir.search.moments import spans_of
from hoso.engines.records.fhir.search.values import codes_of, texts_of, values_of

IndexRow = tuple[int, datetime | None]  # hash, moment (None: when the resource happened)
Rows = dict[int, datetime | None]
Maker = Callable[[Any, Rows], None]

SCHEME = 2  # of the rows below; raise it when they change, and `hoso records reindex` makes all anew
LONG = timedelta(hours=25)  # spans above are kept apart, so that a search by day need not look far back
BEGINNINGS = (12, 6, 3)  # letters of a text by whose beginning it is found, the longest first


def index_rows(type_name: str, resource: Any) -> tuple[IndexRow, ...]:
    """Every row of a resource as parsed from its bytes; `id` and `meta` play no part."""
    rows: Rows = {}
    for members, maker in _makers(type_name):
        if members is None or not members.isdisjoint(resource):
            maker(resource, rows)
    return tuple(rows.items())


@lru_cache(maxsize=131072)
def row_hash(type_name: str, parameter: str, kind: str, value: str = "") -> int:
    """The 64-bit signed hash of a value of a parameter. `kind` tells rows of one parameter apart."""
    text = f"{type_name}\x1f{parameter}\x1f{kind}\x1f{value}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


@cache
def _makers(type_name: str) -> tuple[tuple[frozenset[str] | None, Maker], ...]:
    """What makes the rows of each parameter, with the members of a resource without which there are none."""
    kept = (one for code, one in search_parameters(type_name).items() if has_rows(type_name, code))
    return tuple((_members(one), _maker(one)) for one in kept)


def _members(parameter: SearchParameter) -> frozenset[str] | None:
    """None where it cannot be told."""
    try:
        return first_members(parameter.type_name, parameter.expression)
    except NotCompiled:
        return None


def has_rows(type_name: str, code: str) -> bool:
    """Whether rows are kept of a parameter."""
    parameter = search_parameters(type_name)[code]
    return not code.startswith("_") and parameter.kind in _ROWS and code not in left_out(type_name)


def _maker(parameter: SearchParameter) -> Maker:
    find, add = values_of(parameter), _ROWS[parameter.kind]

    def make(resource: Any, rows: Rows) -> None:
        found = find(resource)
        if found:
            add(parameter, found, rows)

    return make


def _tokens(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    for kind, value in found:
        for _, code in codes_of(kind, value):
            if code:
                rows[row_hash(parameter.type_name, parameter.code, "code", code.casefold())] = None


def _references(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    for kind, value in found:
        if kind != "Reference":
            rows[row_hash(parameter.type_name, parameter.code, "uri", str(value).partition("|")[0])] = None
            continue
        if id_ := referred_id(value.get("reference", "")):
            rows[row_hash(parameter.type_name, parameter.code, "id", id_)] = None
        if number := value.get("identifier", {}).get("value"):
            rows[row_hash(parameter.type_name, parameter.code, "identifier", number.casefold())] = None


def referred_id(reference: str) -> str:
    """The id at the end of a reference, without its version."""
    return reference.partition("/_history/")[0].rpartition("/")[2]


def _texts(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    for kind, value in found:
        for text in texts_of(kind, value):
            folded = fold(text)
            for length in BEGINNINGS:
                if len(folded) >= length:
                    rows[row_hash(parameter.type_name, parameter.code, "begins", folded[:length])] = None


def _dates(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    """The span from the first to the last moment of all values, as its beginning; a long one as its end as well."""
    spans = [span for kind, value in found for span in spans_of(kind, value)]
    if spans:
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        kind = "day" if last - first <= LONG else "long"
        rows[row_hash(parameter.type_name, parameter.code, kind)] = first


def _numbers(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    for _, value in found:
        number = value.get("value") if isinstance(value, dict) else value
        if isinstance(number, int | float | Decimal) and not isinstance(number, bool):
            rows[row_hash(parameter.type_name, parameter.code, "floor", str(floor(number)))] = None


def _uris(parameter: SearchParameter, found: Found, rows: Rows) -> None:
    for _, value in found:
        rows[row_hash(parameter.type_name, parameter.code, "uri", str(value))] = None


_ROWS: dict[str, Callable[[SearchParameter, Found, Rows], None]] = {
    "token": _tokens,
    "reference": _references,
    "string": _texts,
    "date": _dates,
    "number": _numbers,
    "quantity": _numbers,
    "uri": _uris,
}
