"""What is wrong with a resource: its structure, its required codes, the types its references name.

Not looked at: FHIRPath invariants of the definitions, bindings weaker than required, profiles.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from hoso.engines.records.fhir.definitions import Element, TypeDefinition, bound_codes, types
from hoso.engines.records.fhir.paths import referred_type
from hoso.engines.records.fhir.structure import NotFhir, structure_problems

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
Check = Callable[[Any, str, list["Issue"]], None]  # value, where it stands, what was found so far


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong. `code` is FHIR's issue type, `error` the catalogue's code."""

    code: str
    error: str
    expression: str
    detail: str


def validate(body: bytes) -> list[Issue]:
    """Every issue of a resource given as JSON; empty where it may be filed."""
    return checked(body)[1]


def checked(body: bytes) -> tuple[dict[str, Any], list[Issue]]:
    """The resource and every issue of it; of what is no resource, or built wrongly, the issues alone."""
    try:
        type_name, problems = structure_problems(body)
    except NotFhir as error:
        return {}, [Issue("structure", "HS5101", "", str(error))]
    if problems:
        return {}, [Issue("structure", "HS5102", path, message) for path, message in problems]
    resource = orjson.loads(body)
    found: list[Issue] = []
    _contents(type_name)(resource, type_name, found)
    given_id = resource.get("id")
    if given_id is not None and not _ID.fullmatch(given_id):
        found.append(Issue("value", "HS5103", f"{type_name}.id", given_id))
    return resource, found


@cache
def _contents(type_name: str, path: str = "") -> Check:
    """The checks of everything below a place of a type; places without any check cost nothing."""
    definition = types()[type_name]
    checks: dict[str, tuple[bool, Check]] = {}
    for element in definition.children(path):
        for key, kind in element.spellings():
            if check := _check(definition, element, kind):
                checks[key] = (element.repeats, check)

    def contents(node: Any, where: str, found: list[Issue]) -> None:
        for key, value in node.items():  # a resource has few of the elements that its type may have
            if value is None or key not in checks:
                continue
            repeats, check = checks[key]
            if not repeats:
                check(value, f"{where}.{key}", found)
                continue
            for number, one in enumerate(value):
                if one is not None:
                    check(one, f"{where}.{key}[{number}]", found)

    return contents if checks else _nothing


def _nothing(node: Any, where: str, found: list[Issue]) -> None:
    return


def _check(definition: TypeDefinition, element: Element, kind: str) -> Check | None:
    codes = bound_codes(element.binding) if element.binding else None
    if codes is not None:
        return _bound(kind, codes, element.binding)
    if kind == "Reference" and element.targets and "Resource" not in element.targets:
        return _targets(frozenset(element.targets))
    if kind == "Resource":
        return _contained
    if element.content:
        return _later(definition.name, element.content)
    if kind in ("BackboneElement", "Element") and element.path:
        return _later(definition.name, element.path)
    if kind in types() and types()[kind].kind == "complex-type":
        return _later(kind, "") if _has_checks(kind) else None
    return None


def _later(type_name: str, path: str) -> Check:
    """Looked up when first used: types contain each other."""
    return lambda node, where, found: _contents(type_name, path)(node, where, found)


@cache
def _has_checks(kind: str) -> bool:
    """Whether a datatype holds a required code or a reference with targets anywhere; extensions hold any type."""
    reached, waiting = set(), {kind}
    while waiting:
        one = waiting.pop()
        reached.add(one)
        for element in types()[one].elements.values():
            if element.binding or element.targets:
                return True
            waiting |= {k for k in element.types if k in types() and k not in reached and k != "Extension"}
    return False


def _contained(node: Any, where: str, found: list[Issue]) -> None:
    _contents(node["resourceType"])(node, where, found)


def _bound(kind: str, codes: Any, value_set: str) -> Check:
    anywhere = frozenset().union(*codes.values())

    def known(coding: Any) -> bool:
        if "system" in coding:
            return coding.get("code") in codes.get(coding["system"], ())
        return coding.get("code") in anywhere

    def check(node: Any, where: str, found: list[Issue]) -> None:
        if kind == "code":
            good = node in anywhere
        elif kind == "Coding":
            good = known(node)
        elif kind == "CodeableConcept":  # text alone is allowed; of several codings one must be of the set
            good = not node.get("coding") or any(known(one) for one in node["coding"])
        else:
            return
        if not good:
            found.append(Issue("code-invalid", "HS5104", where, value_set))

    return check


def _targets(allowed: frozenset[str]) -> Check:
    def check(node: Any, where: str, found: list[Issue]) -> None:
        kind = referred_type(node)
        if kind and kind not in allowed:
            found.append(Issue("value", "HS5105", where, ", ".join(sorted(allowed))))

    return check
