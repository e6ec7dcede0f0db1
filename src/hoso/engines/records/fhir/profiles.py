"""Profiles of the house (definitions/fhir/profiles): what a resource that claims one must hold beyond FHIR itself.

Read from the differential of each StructureDefinition: how often an element stands there, fixed values, slices told apart by
a fixed value, profiles of datatypes, and constraints in FHIRPath. FHIR R4 section 5.1. Nothing here knows a profile by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from hoso.core.definitions import definitions_folder
from hoso.engines.records.fhir.fhirpath import NotFhirPath, evaluate
from hoso.engines.records.fhir.validation import Issue

Place = tuple[Any, str]  # a node, and the expression of its place


@dataclass(frozen=True)
class Finding:
    """An issue and how grave it is: error, warning."""

    severity: str
    issue: Issue


@cache
def profiles() -> Mapping[str, dict[str, Any]]:
    """Every profile by its canonical URL."""
    found = (
        orjson.loads(path.read_bytes()) for path in sorted((definitions_folder() / "fhir" / "profiles").glob("*.json"))
    )
    return {one["url"]: one for one in found}


def check(resource: Any, url: str, where: str = "") -> Iterator[Finding]:
    """What the resource, or a value at `where`, lacks of the profile. Raises KeyError for an unknown one."""
    profile = profiles()[url]
    elements = {one["id"]: one for one in profile["differential"]["element"]}
    root = (resource, where or profile["type"])
    for id_, element in elements.items():
        parent = id_.rpartition(".")[0]
        for node in [root] if not parent else _places(parent, elements, root):
            yield from _element(element, id_, elements, node, url, bool(parent))


def _element(
    element: dict[str, Any], id_: str, elements: Mapping[str, Any], parent: Place, url: str, below: bool
) -> Iterator[Finding]:
    found = _children(id_, elements, parent) if below else [parent]
    name = id_.rpartition(".")[2]
    if below and (len(found) < element.get("min", 0) or _too_many(element, len(found))):
        limits = f"{element.get('min', 0)}..{element.get('max', '*')}"
        yield Finding("error", Issue("structure", "HS5199", f"{parent[1]}.{name}", f"{url}: {limits}, {len(found)}"))
    for node, where in found:
        for key, value in element.items():
            if key.startswith("fixed") and node != value:
                yield Finding("error", Issue("value", "HS5199", where, f"{url}: {value}"))
        for constraint in element.get("constraint", ()):
            if not _holds(constraint["expression"], node):
                detail = f"{url}: {constraint['key']} {constraint['human']}"
                yield Finding(constraint["severity"], Issue("invariant", "HS5199", where, detail))
        for kind in element.get("type", ()):
            for inner in kind.get("profile", ()):
                yield from check(node, inner, where)


def _too_many(element: dict[str, Any], count: int) -> bool:
    most = element.get("max", "*")
    return most != "*" and count > int(most)


def _places(id_: str, elements: Mapping[str, Any], root: Place) -> list[Place]:
    """The nodes that an element id means."""
    parent = id_.rpartition(".")[0]
    if not parent:
        return [root]
    return [one for above in _places(parent, elements, root) for one in _children(id_, elements, above)]


def _children(id_: str, elements: Mapping[str, Any], parent: Place) -> list[Place]:
    name, _, slice_name = id_.rpartition(".")[2].partition(":")
    node, where = parent
    keys = [key for key in node if key.startswith(name[:-3])] if name.endswith("[x]") else [name]
    found: list[Place] = []
    for key in keys:
        value = node.get(key) if isinstance(node, dict) else None
        if isinstance(value, list):
            found += [(one, f"{where}.{key}[{number}]") for number, one in enumerate(value)]
        elif value is not None:
            found.append((value, f"{where}.{key}"))
    return [one for one in found if not slice_name or _in_slice(id_, elements, one[0])]


def _in_slice(id_: str, elements: Mapping[str, Any], node: Any) -> bool:
    """Whether the node holds every value that the slice fixes."""
    fixed = [
        (one["id"][len(id_) + 1 :], value)
        for one in elements.values()
        if one["id"].startswith(f"{id_}.")
        for key, value in one.items()
        if key.startswith("fixed")
    ]
    return isinstance(node, dict) and all(node.get(name) == value for name, value in fixed)


def _holds(expression: str, node: Any) -> bool:
    """A constraint that cannot be evaluated does not hold: it is told, not passed over."""
    try:
        return evaluate(expression, node) == [True]
    except NotFhirPath:
        return False
