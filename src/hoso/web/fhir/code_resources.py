"""Code systems, value sets and maps of the house as FHIR resources, and `$translate`. Their ids begin with `hoso-`."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.timezone import localdate

from hoso.core.errors import HosoError
from hoso.core.terminology import listing
from hoso.core.terminology.listing import System
from hoso.core.terminology.queries import Concept, Version, concept_at, version_at, versions
from hoso.core.terminology.systems import ICD9_CM, ICD10_VN, ICD10_VN_BLOCKS, LABORATORY, LOINC, SERVICES
from hoso.engines.records.fhir.value_sets import OWN as SETS
from hoso.web.fhir.facility_maps import is_local_map, local_matches
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.parameters import Given, asked_day, given_to, needed
from hoso.web.routes import ActingRequest

MAPS_URL = "https://hoso.vn/fhir/ConceptMap/"
# name -> (system of the source, system of the target, where the target stands, how it lies to the source)
MAPS = {
    "dich-vu-ky-thuat-icd9-cm": (SERVICES, ICD9_CM, "icd9cm", "relatedto"),
    "icd10-vn-blocks": (ICD10_VN, ICD10_VN_BLOCKS, "block", "wider"),
    "xet-nghiem-loinc": (LABORATORY, LOINC, "loinc", "relatedto"),  # the decision names LOINC as a reference only
}
TRANSLATE = frozenset(
    {"url", "date", "code", "system", "source", "target", "targetsystem", "coding", "codeableConcept"}
)
ALL = 1_000_000
KINDS = {"valueBoolean": "boolean", "valueDecimal": "decimal", "valueString": "string"}


def code_system(request: ActingRequest, name: str) -> HttpResponse:
    """A code system with all its codes and what is said of them, as in force today or in `?version=`. Raises HosoError HS5001,
    HS6024 for none such."""
    system, version = _named(name, request.GET.get("version"))
    _, concepts = listing.page(version, "", 0, ALL)
    body = {
        **_head("CodeSystem", system.url, system, version),
        "caseSensitive": True, "valueSet": f"{SETS}{system.name}", "hierarchyMeaning": "is-a", "content": "complete",
        "count": len(concepts), "property": _properties(concepts),
        "concept": [_concept(one) for one in concepts],
    }  # fmt: skip
    return fhir_answer(orjson.dumps({key: value for key, value in body.items() if value != []}))


def set_of_codes(request: ActingRequest, name: str) -> HttpResponse:
    """The value set of everything in a code system; `$expand` lists it."""
    system, version = _named(name)
    body = {
        **_head("ValueSet", f"{SETS}{system.name}", system, version),
        "compose": {"include": [{"system": system.url, "version": version.version}]},
    }
    return fhir_answer(orjson.dumps(body))


def concept_map(request: ActingRequest, name: str) -> HttpResponse:
    """A map with everything it maps. Raises HosoError HS5001 for none such."""
    if name not in MAPS:
        raise HosoError("HS5001")
    source, target, _, equivalence = MAPS[name]
    _, concepts = listing.page(version_at(source.name, localdate()), "", 0, ALL)
    elements = [
        {"code": one.code, "target": [{"code": code, "equivalence": equivalence} for code in codes]}
        for one in concepts
        if (codes := list(_targets(one, name)))
    ]
    body = {
        "resourceType": "ConceptMap", "id": f"hoso-{name}", "url": f"{MAPS_URL}{name}", "name": name, "status": "active",
        "sourceUri": f"{SETS}{source.name}", "targetUri": f"{SETS}{target.name}",
        "group": [{"source": source.url, "target": target.url, "element": elements}],
    }  # fmt: skip
    return fhir_answer(orjson.dumps(body))


def translate(request: ActingRequest) -> HttpResponse:
    """What a code is in another system, by the maps of the house.

    Raises HosoError HS5201 for an unknown map, HS5202 where the code or its system is missing.
    """
    given = given_to(request, "ConceptMap/$translate", TRANSLATE)
    matches = [match for system, code in _asked(given) for match in _all_matches(request, given, system, code)]
    parts: list[dict[str, Any]] = [{"name": "result", "valueBoolean": bool(matches)}]
    if not matches:
        parts.append({"name": "message", "valueString": "không có ánh xạ / nothing is mapped"})
    parts += [{"name": "match", "part": one} for one in matches]
    return fhir_answer(orjson.dumps({"resourceType": "Parameters", "parameter": parts}))


def _all_matches(request: ActingRequest, given: Given, system: str, code: str) -> Iterator[list[dict[str, Any]]]:
    """By the maps of the house, and by those of facilities that the asker may read."""
    if not is_local_map(given.get("url")):
        yield from _matches(given, system, code)
    if not given.get("source") and not given.get("target"):
        yield from local_matches(request, given.get("url"), system, code, given.get("targetsystem"), asked_day(given))


def _asked(given: Given) -> list[tuple[str, str]]:
    concept, coding = given.get("codeableConcept"), given.get("coding")
    codings = concept.get("coding", []) if isinstance(concept, dict) else [coding] if isinstance(coding, dict) else []
    if codings:
        return [(str(one.get("system", "")), str(one.get("code", ""))) for one in codings]
    return [(needed(given, "system"), needed(given, "code"))]


def _matches(given: Given, system: str, code: str) -> Iterator[list[dict[str, Any]]]:
    url, target_url = given.get("url"), given.get("targetsystem")
    if url and str(url).removeprefix(MAPS_URL) not in MAPS:
        raise HosoError("HS5201", url=str(url)[:120])
    for name, (source, target, _, equivalence) in MAPS.items():
        if system != source.url or (url and url != MAPS_URL + name) or (target_url and target_url != target.url):
            continue
        if given.get("target") not in (None, f"{SETS}{target.name}") or given.get("source") not in (
            None,
            f"{SETS}{source.name}",
        ):
            continue
        concept = concept_at(source.name, code, asked_day(given))
        for found in _targets(concept, name) if concept else ():
            coded = {"system": target.url, "code": found}
            if target is not LOINC and (named := concept_at(target.name, found, asked_day(given))):
                coded["display"] = named.display_vi
            yield [
                {"name": "equivalence", "valueCode": equivalence},
                {"name": "concept", "valueCoding": coded},
                {"name": "source", "valueUri": f"{MAPS_URL}{name}"},
            ]


def _targets(concept: Concept, name: str) -> Iterator[str]:
    value = concept.properties.get(MAPS[name][2])
    yield from value if isinstance(value, list) else [value] if value else []


def _named(name: str, asked: str | None = None) -> tuple[System, Version]:
    """The system with the version asked for, else the one in force today. Raises HosoError HS5001, HS6024."""
    system = next((one for one in listing.systems() if one.name == name), None)
    if system is None:
        raise HosoError("HS5001")
    if asked is None:
        return system, version_at(name, localdate())
    version = next((one for one in versions(name) if one.version == asked), None)
    if version is None:
        raise HosoError("HS6024", system=name, version=asked[:40])
    return system, version


def _head(kind: str, url: str, system: System, version: Version) -> dict[str, Any]:
    return {
        "resourceType": kind, "id": f"hoso-{system.name}", "url": url, "version": version.version,
        "name": system.name, "title": f"{system.title_vi} / {system.title_en}", "status": "active",
        "experimental": version.evidence != "official", "date": version.valid_from.isoformat(),
    }  # fmt: skip


def _concept(one: Concept) -> dict[str, Any]:
    told: dict[str, Any] = {"code": one.code, "display": one.display_vi}
    if one.display_en:
        told["designation"] = [{"language": "en", "value": one.display_en}]
    stated = [{"code": "parent", "valueCode": one.parent}] if one.parent else []
    stated += [{"code": name, **value} for name, given in one.properties.items() for value in _values(given)]
    if stated:
        told["property"] = stated
    return told


def _properties(concepts: list[Concept]) -> list[dict[str, str]]:
    """What the concepts say beside their names, with the type of each."""
    kinds: dict[str, str] = {}
    for one in concepts:
        for name, given in one.properties.items():
            for value in _values(given):
                kinds[name] = KINDS[next(iter(value))]
    parent = {"code": "parent", "type": "code", "uri": "http://hl7.org/fhir/concept-properties#parent"}
    return [parent, *({"code": name, "type": kind} for name, kind in sorted(kinds.items()))]


def _values(given: Any) -> Iterator[dict[str, Any]]:
    """A property's values (R4, CodeSystem.concept.property): a package is told by its GTIN."""
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, bool):
            yield {"valueBoolean": one}
        elif isinstance(one, dict):
            if "gtin" in one:
                yield {"valueString": one["gtin"]}
        elif isinstance(one, int | float):
            yield {"valueDecimal": one}
        elif one:
            yield {"valueString": str(one)}
