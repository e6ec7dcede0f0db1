"""When what a resource tells of happened, and the visit it belongs to: two columns of every row."""

from datetime import datetime
from functools import cache
from typing import Any

from hoso.engines.records.fhir.definitions import search_parameters
from hoso.engines.records.fhir.paths import Finder, NotCompiled, finder
from hoso.engines.records.fhir.search.moments import BEGINNING, spans_of

# The first of these that a type has and a resource gives a value for.
_CLINICAL = (
    "date", "authoredon", "authored-on", "onset-date", "occurrence", "whenhandedover", "effective-time", "effective",
    "issued", "created", "sent", "recorded", "recorded-date", "asserted-date", "period", "start-date", "started",
    "item-date",
)  # fmt: skip
_VISIT = ("encounter", "context")


def happened(type_name: str, content: dict[str, Any]) -> datetime | None:
    """The clinical time; None where the resource names none."""
    for find in _finders(type_name, _CLINICAL):
        for kind, value in find(content):
            for start, end in spans_of(kind, value):
                return start if start > BEGINNING else end
    return None


def encounter_of(type_name: str, id_: str, content: dict[str, Any]) -> str | None:
    """The id of the visit; of a visit its own."""
    if type_name == "Encounter":
        return id_
    for find in _finders(type_name, _VISIT):
        for _, value in find(content):
            if found := _visit(value):
                return found
    # R4 has no parameter for the visit of an Immunization, AllergyIntolerance, Task, …: the element tells it all the same.
    return _visit(content.get("encounter"))


def _visit(value: Any) -> str | None:
    """The id of the Encounter that a reference means; None for anything else."""
    told = value.get("reference") if isinstance(value, dict) else None
    kind, _, found = str(told or "").rpartition("/")
    return found if kind.rpartition("/")[2] == "Encounter" else None


@cache
def _finders(type_name: str, codes: tuple[str, ...]) -> tuple[Finder, ...]:
    known = search_parameters(type_name)
    found = []
    for code in codes:
        if code in known:
            try:
                found.append(finder(type_name, known[code].expression))
            except NotCompiled:
                continue
    return tuple(found)
