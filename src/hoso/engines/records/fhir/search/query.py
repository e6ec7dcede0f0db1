"""A search as it was asked: names, modifiers, prefixes and values read strictly, unknown ones refused.

FHIR R4 section 3.1.1. Values joined by a comma are alternatives, the same parameter twice means both.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import SearchParameter, resource_types, search_parameters, types

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES: tuple[Prefix, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
ORDERED = frozenset({"date", "number", "quantity"})
BY_TERMINOLOGY = ("in", "not-in", "above", "below")  # of a token: what codes they mean, the terminology says
MODIFIERS = {
    "string": frozenset({"exact", "contains"}),
    "token": frozenset({"not", "text", *BY_TERMINOLOGY}),
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
class Chain:
    """A reference to something that a search of its own finds: `subject:Patient.name=x`. One query for each type the
    reference may name."""

    parameter: SearchParameter
    queries: tuple["Query", ...]


@dataclass(frozen=True)
class Has:
    """Something that the query finds refers to it by the parameter: `_has:Observation:patient:code=x`."""

    parameter: SearchParameter
    query: "Query"


@dataclass(frozen=True)
class Include:
    """References followed from what was found (`_include`), or back to it (`_revinclude`); `iterate`: from included ones too."""

    parameter: SearchParameter
    target: str  # type; empty: any
    back: bool
    iterate: bool


@dataclass(frozen=True)
class SortKey:
    parameter: SearchParameter
    descending: bool


Condition = Criterion | Chain | Has
MOST_STEPS = 5  # of a chain


@dataclass
class Query:
    """A search on one type: criteria that all must hold, and how the answer is to look."""

    type_name: str
    criteria: list[Condition] = field(default_factory=list)
    sort: tuple[SortKey, ...] = ()
    count: int = DEFAULT_COUNT
    total: str = "none"
    summary: str = "false"
    elements: tuple[str, ...] = ()
    includes: list[Include] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)  # names not known, where the asker is lenient

    @property
    def only_count(self) -> bool:
        """No resources are asked for, only how many there are."""
        return self.summary == "count" or self.count == 0


Control = Callable[[Query, str], None]


def parse_query(
    type_name: str, parameters: Iterable[tuple[str, str]], *, strict: bool = True, steps: int = MOST_STEPS
) -> Query:
    """Read the (name, value) pairs of an address; `steps` of chains may follow.

    Raises HosoError HS5110 for an unknown parameter (unless not `strict`), HS5111 for a modifier, HS5112 for a value that
    does not fit.
    """
    query = Query(type_name)
    for name, value in parameters:
        if not _is_text(name) or not _is_text(value):
            told = [one.replace("\0", "").encode("ascii", "replace").decode()[:60] for one in (name, value)]
            raise HosoError("HS5112", name=told[0].partition(":")[0], value=told[1])
        control, _, how = name.partition(":")
        if control in _INCLUDES:
            query.includes.append(_include(query, control, how, value))
        elif name in _CONTROLS:
            _CONTROLS[name](query, value)
        else:
            try:
                query.criteria.append(_condition(type_name, name, value, steps))
            except UnknownParameter:
                if strict:
                    raise
                query.ignored.append(name)
    return query


def _is_text(text: str) -> bool:
    """Whether a text of the store could hold it: no zero byte, no half of a character."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


class UnknownParameter(HosoError):
    """HS5110: the type has no such parameter."""

    def __init__(self, name: str, type_name: str) -> None:
        super().__init__("HS5110", name=name[:60], type=type_name)


def _condition(type_name: str, name: str, text: str, steps: int) -> Condition:
    if name.startswith("_has:"):
        return _has(type_name, name, text, steps)
    head, dot, rest = name.partition(".")
    code, _, modifier = head.partition(":")
    parameter = _known(type_name, code, name)
    return _chain(parameter, modifier, rest, text, steps) if dot else _criterion(parameter, modifier, text)


def _known(type_name: str, code: str, name: str) -> SearchParameter:
    """The parameter as the type has it. Raises UnknownParameter."""
    known = search_parameters(type_name)
    if code not in known or known[code].kind == "special":
        raise UnknownParameter(name, type_name)
    return known[code]


def _chain(parameter: SearchParameter, target: str, rest: str, text: str, steps: int) -> Chain:
    if parameter.kind != "reference":
        raise HosoError("HS5155", name=parameter.code)
    if not steps:
        raise HosoError("HS5156", most=MOST_STEPS)
    targets = (target,) if target else targets_of(parameter)
    if target and target not in targets_of(parameter):
        raise HosoError("HS5111", name=parameter.code, modifier=target[:60])
    queries, unknown = [], None
    for one in targets:
        try:
            queries.append(parse_query(one, [(rest, text)], steps=steps - 1))
        except UnknownParameter as error:  # of the types a reference may name, some have the parameter
            unknown = error
    if unknown and not queries:
        raise unknown
    return Chain(parameter, tuple(_searching(one) for one in queries))


def _has(type_name: str, name: str, text: str, steps: int) -> Has:
    """`_has:<type>:<reference of it>:<parameter of it>`, the last of which may be one more `_has`."""
    parts = name.split(":", 3)
    if len(parts) < 4 or parts[1] not in resource_types():
        raise UnknownParameter(name, type_name)
    if not steps:
        raise HosoError("HS5156", most=MOST_STEPS)
    parameter = _known(parts[1], parts[2], name)
    if parameter.kind != "reference" or type_name not in targets_of(parameter):
        raise HosoError("HS5155", name=parts[2])
    return Has(parameter, _searching(parse_query(parts[1], [(parts[3], text)], steps=steps - 1)))


def _searching(query: Query) -> Query:
    """A query within a chain asks; how an answer looks or what it brings along has no place there."""
    if not query.criteria:
        raise HosoError("HS5155", name=query.type_name)
    return query


def targets_of(parameter: SearchParameter) -> tuple[str, ...]:
    """The types that a reference parameter may name."""
    return tuple(one for one in parameter.targets if one in resource_types()) or resource_types()


def _include(query: Query, control: str, how: str, text: str) -> Include:
    if how not in ("", "iterate"):
        raise HosoError("HS5111", name=control, modifier=how[:60])
    source, _, rest = text.partition(":")
    code, _, target = rest.partition(":")
    known = search_parameters(source) if source in resource_types() else {}
    if code not in known or known[code].kind != "reference" or target and target not in targets_of(known[code]):
        raise HosoError("HS5112", name=control, value=text[:60])
    back = control == "_revinclude"
    if not back and not how and source != query.type_name:
        raise HosoError("HS5112", name=control, value=text[:60])
    return Include(known[code], target, back, how == "iterate")


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


def _total_method(query: Query, text: str) -> None:
    """What the client fhirpy asks a count by, beside R4: the same as `_total=accurate`."""
    if text != "count":
        raise HosoError("HS5112", name="_totalMethod", value=text[:60])
    query.total = "accurate"


def _elements(query: Query, text: str) -> None:
    known = {name for one in types()[query.type_name].children() for name, _ in one.spellings()}
    named = tuple(one.strip() for one in text.split(",") if one.strip())
    for one in named:
        if one not in known and f"{one}[x]" not in {each.name for each in types()[query.type_name].children()}:
            raise HosoError("HS5112", name="_elements", value=one[:60])
    query.elements += named


def _ignore(query: Query, text: str) -> None:
    """How the answer is written (`_format`, `_pretty`) is settled before a search is read."""


_INCLUDES = ("_include", "_revinclude")
_CONTROLS: dict[str, Control] = {
    "_count": _count,
    "_sort": _sort,
    "_total": _choice("total", frozenset({"none", "estimate", "accurate"})),
    "_summary": _choice("summary", frozenset({"true", "text", "data", "count", "false"})),
    "_elements": _elements,
    "_totalMethod": _total_method,
    "_format": _ignore,
    "_pretty": _ignore,
}
