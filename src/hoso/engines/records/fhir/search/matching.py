"""Whether a resource fits a search: criteria compiled once, asked of each resource of a person's chart.

A person's record is read by its key and filtered here; searches over many persons go through index rows.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.timezone import localdate

from hoso.core.errors import HosoError
from hoso.core.vietnamese.folding import fold
from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from hoso.engines.records.fhir.paths import Finder, Found, finder, referred_type
from hoso.engines.records.fhir.search import moments
from hoso.engines.records.fhir.search.query import (
    BY_TERMINOLOGY,
    ORDERED,
    Criterion,
    Query,
    Value,
    split_escaped,
    unescape,
    with_prefix,
)
from hoso.engines.records.fhir.search.values import codes_of, texts_of, values_of
from hoso.engines.records.fhir.value_sets import members

Test = Callable[[Any], bool]  # of a resource
Single = Callable[[str, Any], bool]  # of one value with its type


def matcher(query: Query) -> Test:
    """All criteria of a query without chains. Raises HosoError HS5112 for a value that cannot be read, HS5155 for a chain."""
    for one in query.criteria:
        if not isinstance(one, Criterion):
            raise HosoError("HS5155", name=one.parameter.code)
    return criteria_matcher([one for one in query.criteria if isinstance(one, Criterion)])


def criteria_matcher(criteria: Iterable[Criterion]) -> Test:
    """All of these together. Raises HosoError HS5112 for a value that cannot be read."""
    tests = [_test(criterion) for criterion in criteria]
    return lambda resource: all(test(resource) for test in tests)


def _test(criterion: Criterion) -> Test:
    find = values_of(criterion.parameter)
    if criterion.missing is not None:
        return lambda resource: (not find(resource)) == criterion.missing
    if criterion.parameter.kind == "composite":
        return _composite(criterion, find)
    singles = [_single(criterion.parameter, criterion.modifier, value) for value in criterion.values]
    wants = criterion.modifier not in ("not", "not-in")
    return lambda resource: _any(find(resource), singles) is wants


def _any(found: Found, singles: list[Single]) -> bool:
    return any(single(kind, value) for kind, value in found for single in singles)


def _single(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    return _KINDS[parameter.kind](parameter, modifier, value)


def _composite(criterion: Criterion, find: Finder) -> Test:
    """Every part must fit within the same root (the same component of an observation)."""
    alternatives = [_parts(criterion.parameter, value) for value in criterion.values]

    def test(resource: Any) -> bool:
        return any(all(part(kind, root) for part in parts) for kind, root in find(resource) for parts in alternatives)

    return test


def _parts(parameter: SearchParameter, value: Value) -> list[Single]:
    """One test of the root for each component."""
    known = search_parameters(parameter.type_name)
    backbone = next((one.strip() for one in parameter.expression.split("|") if "." in one), "").partition(".")[2]
    return [
        _part(parameter.type_name, backbone, expression, _single(known[code], "", _component(known[code], text)))
        for (code, expression), text in zip(parameter.components, value.parts, strict=True)
    ]


def _component(parameter: SearchParameter, text: str) -> Value:
    return with_prefix(text) if parameter.kind in ORDERED else Value((text,))


def _part(type_name: str, backbone: str, expression: str, single: Single) -> Single:
    """The expression stands below the root: the resource itself, a backbone element, or a datatype."""

    def part(kind: str, root: Any) -> bool:
        in_backbone = kind in ("BackboneElement", "Element")
        find = finder(type_name if in_backbone else kind, expression, backbone if in_backbone else "")
        return _any(find(root), [single])

    return part


def _token(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    if modifier == "text":
        wanted = fold(unescape(value.text))
        return lambda kind, given: any(wanted in fold(text) for text in _token_texts(kind, given))
    if modifier in BY_TERMINOLOGY:
        return _among(members(modifier, unescape(value.text), localdate()))
    pieces = [unescape(one) for one in split_escaped(value.text, "|")]
    system, code = (None, pieces[0]) if len(pieces) == 1 else (pieces[0], pieces[1])
    code = code.casefold()

    def single(kind: str, given: Any) -> bool:
        for its_system, its_code in codes_of(kind, given):
            if code and its_code.casefold() != code:
                continue
            if system is None or its_system == system:
                return True
        return False

    return single


def _among(wanted: frozenset[tuple[str, str]]) -> Single:
    """One of these (system, code); codes fit whatever their case, as without a modifier."""
    folded = {(system, code.casefold()) for system, code in wanted}
    return lambda kind, given: any((system, code.casefold()) in folded for system, code in codes_of(kind, given))


def _token_texts(kind: str, given: Any) -> list[str]:
    if kind == "CodeableConcept":
        return [given.get("text", ""), *(one.get("display", "") for one in given.get("coding", []))]
    if kind == "Coding":
        return [given.get("display", "")]
    if kind == "Identifier":
        return [given.get("type", {}).get("text", "")]
    return [given] if isinstance(given, str) else []


def _string(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    wanted = unescape(value.text)
    folded = fold(wanted)
    if modifier == "exact":
        return lambda kind, given: wanted in texts_of(kind, given)
    if modifier == "contains":
        return lambda kind, given: any(folded in fold(text) for text in texts_of(kind, given))
    return lambda kind, given: any(fold(text).startswith(folded) for text in texts_of(kind, given))


def _reference(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    wanted = unescape(value.text)
    if modifier == "identifier":
        identifier = _token(parameter, "", value)
        return lambda kind, given: kind == "Reference" and identifier("Identifier", given.get("identifier", {}))
    if modifier:
        wanted = f"{modifier}/{wanted}"

    def single(kind: str, given: Any) -> bool:
        if kind != "Reference":  # canonical, uri
            return isinstance(given, str) and given.partition("|")[0] == wanted.partition("|")[0]
        reference = str(given.get("reference", "")).partition("/_history/")[0]
        if "/" in wanted:
            return reference == wanted or (not wanted.startswith("http") and reference.endswith(f"/{wanted}"))
        return reference.rpartition("/")[2] == wanted and bool(referred_type(given))

    return single


def _date(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    wanted = moments.span_of(value.text)
    if wanted is None:
        raise HosoError("HS5112", name=parameter.code, value=value.text[:60])
    return lambda kind, given: any(moments.fits(value.prefix, wanted, one) for one in moments.spans_of(kind, given))


def _number(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    fits = _comparison(parameter.code, value)
    return lambda kind, given: not isinstance(given, bool | str) and fits(Decimal(str(given)))


def _comparison(name: str, value: Value) -> Callable[[Decimal], bool]:
    """R4 section 3.1.1.4.6: 100 means 99.5 to 100.5, 100.00 means 99.995 to 100.005; order is by the number itself."""
    try:
        wanted = Decimal(value.text)
    except InvalidOperation:
        wanted = Decimal("NaN")
    if not wanted.is_finite():
        raise HosoError("HS5112", name=name, value=value.text[:60])
    half = Decimal(5).scaleb(int(wanted.as_tuple().exponent) - 1)
    tests: dict[str, Callable[[Decimal], bool]] = {
        "eq": lambda given: wanted - half <= given < wanted + half,
        "ne": lambda given: not wanted - half <= given < wanted + half,
        "gt": lambda given: given > wanted,
        "ge": lambda given: given >= wanted,
        "lt": lambda given: given < wanted,
        "le": lambda given: given <= wanted,
        "sa": lambda given: given > wanted,
        "eb": lambda given: given < wanted,
        "ap": lambda given: abs(given - wanted) <= abs(wanted) / 10,
    }
    return tests[value.prefix]


def _quantity(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    pieces = [unescape(one) for one in split_escaped(value.text, "|")]
    if len(pieces) not in (1, 3):
        raise HosoError("HS5112", name=parameter.code, value=value.text[:60])
    fits = _comparison(parameter.code, Value((pieces[0],), value.prefix))
    system, code = pieces[1:] if len(pieces) == 3 else ("", "")

    def single(kind: str, given: Any) -> bool:
        if not isinstance(given, dict) or given.get("value") is None:
            return False
        if system and given.get("system", "urn:iso:std:iso:4217" if kind == "Money" else "") != system:
            return False
        if code and code not in (given.get("code"), given.get("unit"), given.get("currency")):
            return False
        return fits(Decimal(str(given["value"])))

    return single


def _uri(parameter: SearchParameter, modifier: str, value: Value) -> Single:
    wanted = unescape(value.text)
    if modifier == "below":
        return lambda kind, given: str(given).startswith(wanted)
    if modifier == "above":
        return lambda kind, given: wanted.startswith(str(given))
    return lambda kind, given: given == wanted


_KINDS: dict[str, Callable[[SearchParameter, str, Value], Single]] = {
    "token": _token,
    "string": _string,
    "reference": _reference,
    "date": _date,
    "number": _number,
    "quantity": _quantity,
    "uri": _uri,
}
