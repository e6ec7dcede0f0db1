"""A search as it was asked: names, modifiers, prefixes and values read strictly, unknown ones refused.

FHIR R4 section 3.1.1. Values joined by a comma are alternatives, the same parameter twice means both.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import SearchParameter, resource_types, search_parameters

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES: tuple[Prefix, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
ORDERED = frozenset({"date", "number", "quantity"})
MODIFIERS = {
    "string": frozenset({"exact", "contains"}),
    "token": frozenset({"not", "text"}),
    "reference": frozenset({"identifier"}),
    "uri": frozenset({"above", "below"}),
    "date": frozenset(),
    "number": frozenset(),
    "quantity": frozenset(),
    "composite": frozenset(),
}
MOST_COUNT, DEFAULT_COUNT = 1000, 50
_PREFIXED = re.compile(rf"({'|'.join(PREFIXES)})(?=[\d+.\-])")


@dataclass(frozen=True)
class Value:
    """One alternative. `parts` are the values of a composite, else the one value."""

    parts: tuple[str, ...]
    prefix: Prefix = "eq"

    @property
    def text(self) -> str:
        return self.parts[0]


@dataclass(frozen=True)
class Criterion:
    """One parameter as asked: any of the values must fit. `missing` is set by the modifier of that name."""

    parameter: SearchParameter
    modifier: str
    values: tuple[Value, ...]
    missing: bool | None = None


@dataclass(frozen=True)
class SortKey:
    parameter: SearchParameter
    descending: bool


@dataclass
class Query:
    """A search on one type: criteria that all must hold, and how the answer is to look."""

    type_name: str
    criteria: list[Criterion] = field(default_factory=list)
    sort: tuple[SortKey, ...] = ()
    count: int = DEFAULT_COUNT
    total: str = "none"
    summary: str = "false"


Control = Callable[[Query, str], None]


def parse_query(type_name: str, parameters: Iterable[tuple[str, str]]) -> Query:
    """Read the (name, value) pairs of an address. Raises HosoError HS5110 for an unknown parameter, HS5111 for a
    modifier, HS5112 for a value that does not fit."""
    query = Query(type_name)
    known = search_parameters(type_name)
    for name, value in parameters:
        if name in _CONTROLS:
            _CONTROLS[name](query, value)
            continue
        code, _, modifier = name.partition(":")
        if code not in known or known[code].kind == "special":
            raise HosoError("HS5110", name=name[:60], type=type_name)
        query.criteria.append(_criterion(known[code], modifier, value))
    return query


def _criterion(parameter: SearchParameter, modifier: str, text: str) -> Criterion:
    if modifier == "missing":
        if text not in ("true", "false"):
            raise HosoError("HS5112", name=f"{parameter.code}:missing", value=text[:60])
        return Criterion(parameter, modifier, (), text == "true")
    of_a_type = parameter.kind == "reference" and modifier in resource_types()
    if modifier and modifier not in MODIFIERS[parameter.kind] and not of_a_type:
        raise HosoError("HS5111", name=parameter.code, modifier=modifier[:60])
    values = tuple(_value(parameter, one) for one in split_escaped(text, ",") if one)
    if not values:
        raise HosoError("HS5112", name=parameter.code, value=text[:60])
    return Criterion(parameter, modifier, values)


def _value(parameter: SearchParameter, text: str) -> Value:
    if parameter.kind == "composite":
        parts = tuple(split_escaped(text, "$"))
        if len(parts) != len(parameter.components):
            raise HosoError("HS5112", name=parameter.code, value=text[:60])
        return Value(parts)
    prefix: Prefix = "eq"
    if parameter.kind in ORDERED and (match := _PREFIXED.match(text)):
        prefix, text = match[1], text[2:]  # type: ignore[assignment]
    return Value((text,), prefix)


def with_prefix(text: str) -> Value:
    """A part of a composite with its prefix taken off."""
    match = _PREFIXED.match(text)
    return Value((text[2:],), match[1]) if match else Value((text,))  # type: ignore[arg-type]


def split_escaped(text: str, separator: str) -> Iterator[str]:
    """Split where the separator is not escaped by a backslash. Escapes stay: `unescape` takes them off a last part."""
    yield from re.split(rf"(?<!\\){re.escape(separator)}", text)


def unescape(text: str) -> str:
    return re.sub(r"\\([\\,$|])", r"\1", text)


def _count(query: Query, text: str) -> None:
    if not text.isdecimal() or int(text) > MOST_COUNT:
        raise HosoError("HS5112", name="_count", value=text[:60])
    query.count = int(text)


def _choice(name: str, allowed: frozenset[str]) -> Control:
    def choose(query: Query, text: str) -> None:
        if text not in allowed:
            raise HosoError("HS5112", name=f"_{name}", value=text[:60])
        setattr(query, name, text)

    return choose


def _sort(query: Query, text: str) -> None:
    known = search_parameters(query.type_name)
    keys = []
    for one in text.split(","):
        code = one.removeprefix("-")
        if code not in known or known[code].kind in ("composite", "special"):
            raise HosoError("HS5112", name="_sort", value=one[:60])
        keys.append(SortKey(known[code], one.startswith("-")))
    query.sort = tuple(keys)


def _ignore(query: Query, text: str) -> None:
    """How the answer is written (`_format`, `_pretty`) is settled before a search is read."""


_CONTROLS: dict[str, Control] = {
    "_count": _count,
    "_sort": _sort,
    "_total": _choice("total", frozenset({"none", "estimate", "accurate"})),
    "_summary": _choice("summary", frozenset({"false", "count"})),
    "_format": _ignore,
    "_pretty": _ignore,
}
