"""HL7's definitions of FHIR R4 (4.0.1) as the record store reads them: types, search parameters, compartments, codes.

The files are made by `tools/import_fhir_definitions.py` (definitions/fhir/ORIGIN.md says of what). Nothing here knows
any type by name: what a type is stands in the files.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import orjson

from hoso.core.definitions import definitions_folder

CHOICE = "[x]"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type. `path` lies below the type (`contact.name`); `most` is None for any number."""

    path: str
    least: int
    most: int | None
    types: tuple[str, ...]
    targets: tuple[str, ...]  # types a reference may name; empty: any
    binding: str  # canonical URL of the value set its codes must come from; empty: none
    content: str  # path whose children it shares (ContentReference); empty: its own
    summary: bool

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def repeats(self) -> bool:
        """Whether JSON writes it as an array."""
        return self.most != 1

    def spellings(self) -> Iterator[tuple[str, str]]:
        """JSON keys with the type each of them has: one, or one for each type of a choice."""
        if not self.name.endswith(CHOICE):
            yield self.name, self.types[0] if self.types else ""
            return
        stem = self.name.removesuffix(CHOICE)
        for kind in self.types:
            yield f"{stem}{kind[0].upper()}{kind[1:]}", kind


@dataclass(frozen=True)
class TypeDefinition:
    """A resource type, datatype or primitive; `elements` by path in the order of the definition."""

    name: str
    kind: str  # resource, complex-type, primitive-type
    abstract: bool
    base: str
    pattern: str  # of a primitive's value
    elements: Mapping[str, Element]

    def children(self, path: str = "") -> tuple[Element, ...]:
        """The elements directly below a path of this type."""
        before = f"{path}." if path else ""
        return tuple(
            one for key, one in self.elements.items() if key.startswith(before) and "." not in key[len(before) :]
        )


@dataclass(frozen=True)
class SearchParameter:
    """A search parameter of one type. `components` are (code, expression below the root) of a composite."""

    code: str
    type_name: str
    kind: str  # token, reference, string, date, composite, uri, quantity, number, special
    expression: str
    targets: tuple[str, ...]
    components: tuple[tuple[str, str], ...]


@cache
def types() -> Mapping[str, TypeDefinition]:
    """Every type by name."""
    return MappingProxyType({name: _type(name, given) for name, given in _read("types")["types"].items()})


@cache
def resource_types() -> tuple[str, ...]:
    """The names of the types that can be filed, in order."""
    return tuple(sorted(name for name, one in types().items() if one.kind == "resource" and not one.abstract))


@cache
def search_parameters(type_name: str) -> Mapping[str, SearchParameter]:
    """The parameters by which a resource type is searched, those of every type included. Raises KeyError for none such."""
    ancestors = [type_name]
    while base := types()[ancestors[-1]].base:
        ancestors.append(base)
    found: dict[str, SearchParameter] = {}
    for given in _read("search_parameters")["parameters"]:
        if set(ancestors) & set(given["base"]) and "expression" in given:
            found[given["code"]] = _parameter(given, type_name, ancestors)
    return MappingProxyType(found)


@cache
def compartment(name: str) -> Mapping[str, tuple[str, ...]]:
    """Type -> parameters by which its resources belong to the compartment (Patient, Encounter, Practitioner,
    RelatedPerson, Device). Raises KeyError for another."""
    given = _read("compartments")["compartments"][name]
    return MappingProxyType({type_name: tuple(parameters) for type_name, parameters in given.items()})


@cache
def bound_codes(url: str) -> Mapping[str, frozenset[str]] | None:
    """The codes of a required value set by system; None where the set cannot be listed (units, media types, …)."""
    given = _read("value_sets")["valueSets"].get(url)
    return None if given is None else MappingProxyType({system: frozenset(codes) for system, codes in given.items()})


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(
        gzip.decompress((definitions_folder() / "fhir" / "r4" / f"{name}.json.gz").read_bytes())
    )
    return content


def _type(name: str, given: dict[str, Any]) -> TypeDefinition:
    elements = {one["path"]: _element(one) for one in given["elements"]}
    return TypeDefinition(
        name, given["kind"], given["abstract"], given.get("base", ""), given.get("pattern", ""),
        MappingProxyType(elements),
    )  # fmt: skip


def _element(given: dict[str, Any]) -> Element:
    return Element(
        given["path"], given["min"], given["max"], tuple(given.get("types", ())), tuple(given.get("targets", ())),
        given.get("binding", ""), given.get("content", ""), given.get("summary", False),
    )  # fmt: skip


def _parameter(given: dict[str, Any], type_name: str, ancestors: list[str]) -> SearchParameter:
    """The part of a parameter's expression that speaks of this type; a parameter of several types is a union."""
    parts = [part.strip() for part in given["expression"].split("|")]
    mine = [part for part in parts if part.lstrip("(").split(".")[0].split(" ")[0] in ancestors]
    components = tuple((_code_of(one["definition"]), one["expression"]) for one in given.get("component", ()))
    targets = tuple(given.get("target", ()))
    return SearchParameter(given["code"], type_name, given["type"], " | ".join(mine), targets, components)


@cache
def _codes() -> Mapping[str, str]:
    return {given["url"]: given["code"] for given in _read("search_parameters")["parameters"]}


def _code_of(url: str) -> str:
    return _codes().get(url, url.rpartition("-")[2])
