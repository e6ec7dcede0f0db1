"""Whose record a resource belongs to: the patient its compartment names (FHIR R4 section 2.2, CompartmentDefinition).

A type outside the Patient compartment is about nobody and shared, unless it refers to a patient all the same. A type of
the compartment that names no patient is refused: it would be somebody's data that nobody's rules protect.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hoso.engines.records.fhir.definitions import compartment, search_parameters
from hoso.engines.records.fhir.paths import Finder, NotCompiled, finder

_FIRST = ("patient", "subject", "beneficiary")
OPAQUE = frozenset({"Binary", "Bundle"})  # may hold anybody's data, whatever their references say


@dataclass(frozen=True, slots=True)
class Named:
    """A patient as a reference names them: the id of a Patient, or a number (system, value)."""

    id: str = ""
    identifier: tuple[str, str] | None = None


def named_patients(type_name: str, content: dict[str, Any]) -> tuple[Named, ...]:
    """The patients named by the first parameter of the compartment that names any; for other types those of any
    reference. More than one: the resource is about several."""
    finders = _compartment_finders(type_name)
    if finders is None:
        return tuple(dict.fromkeys(_anywhere(content)))
    for find in finders:
        named = dict.fromkeys(one for _, value in find(content) if (one := _named(value)))
        if named:
            return tuple(named)
    return ()


def must_name_a_patient(type_name: str) -> bool:
    return _compartment_finders(type_name) is not None or type_name in OPAQUE


@cache
def _compartment_finders(type_name: str) -> tuple[Finder, ...] | None:
    """None for a type outside the compartment."""
    codes = compartment("Patient").get(type_name)
    if not codes:
        return None
    known = search_parameters(type_name)
    ordered = [*(code for code in _FIRST if code in known), *(code for code in codes if code in known)]
    found = []
    for code in dict.fromkeys(ordered):
        try:
            found.append(finder(type_name, _whole(known[code].expression)))
        except NotCompiled:
            continue
    return tuple(found)


def _whole(expression: str) -> str:
    """Without `where(resolve() is Patient)`: a logical reference names its patient by a number, not by an address."""
    return expression.replace(".where(resolve() is Patient)", "")


def _named(value: Any) -> Named | None:
    if not isinstance(value, dict):
        return None
    reference = value.get("reference", "")
    parts = reference.partition("/_history/")[0].split("/")
    if len(parts) >= 2 and parts[-2] == "Patient" and (len(parts) == 2 or "://" in reference):
        return Named(id=parts[-1])
    given = value.get("identifier", {})
    if not reference and value.get("type", "Patient") == "Patient" and given.get("system") and given.get("value"):
        return Named(identifier=(given["system"], given["value"]))
    return None


def _anywhere(node: Any) -> Iterator[Named]:
    """Every reference by address to a patient, however deep; contained resources included."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            if isinstance(one.get("reference"), str) and (named := _named({"reference": one["reference"]})):
                yield named
            waiting.extend(one.values())
