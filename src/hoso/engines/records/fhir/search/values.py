"""The values that a search parameter finds in a resource, and what tokens and texts are in them."""

from typing import Any

from hoso.engines.records.fhir import fhirpath
from hoso.engines.records.fhir.definitions import SearchParameter
from hoso.engines.records.fhir.paths import Finder, NotCompiled, finder


def values_of(parameter: SearchParameter) -> Finder:
    """The values a parameter looks at, with their types."""
    try:
        return finder(parameter.type_name, parameter.expression)
    except NotCompiled:
        return lambda resource: [("boolean", one) for one in fhirpath.evaluate(parameter.expression, resource)]


def codes_of(kind: str, given: Any) -> list[tuple[str, str]]:
    """(system, code) of everything a token may match; a plain code has no system."""
    if kind == "CodeableConcept":
        return [pair for one in given.get("coding", []) for pair in codes_of("Coding", one)]
    if kind == "Coding":
        return [(given.get("system", ""), given.get("code", ""))]
    if kind == "Identifier":
        return [(given.get("system", ""), given.get("value", ""))]
    if kind == "ContactPoint":
        return [(given.get("system", ""), given.get("value", ""))]
    if isinstance(given, bool):
        return [("", str(given).lower())]
    return [("", given)] if isinstance(given, str) else []


def texts_of(kind: str, given: Any) -> list[str]:
    """The texts a string parameter looks at: of a name or an address every part, else the value."""
    if kind == "HumanName":
        return _filled(given, ("text", "family"), ("given", "prefix", "suffix"))
    if kind == "Address":
        return _filled(given, ("text", "city", "district", "state", "postalCode", "country"), ("line",))
    return [given] if isinstance(given, str) else []


def _filled(given: dict[str, Any], single: tuple[str, ...], repeated: tuple[str, ...]) -> list[str]:
    found = [given[key] for key in single if given.get(key)]
    return found + [one for key in repeated for one in given.get(key, []) if one]
