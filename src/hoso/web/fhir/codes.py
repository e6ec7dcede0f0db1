"""Operations on codes: `$lookup`, `$validate-code`, `$expand`, `$subsumes`, `$translate`. FHIR R4 terminology service.

Of dated versions the one in force on `date` answers (today unless asked), or the one named by `version`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.timezone import localdate, now

from hoso.core.errors import HosoError
from hoso.core.errors.catalogue import Language
from hoso.core.terminology import listing
from hoso.core.terminology.hierarchy import children, subsumption
from hoso.core.terminology.queries import Concept, concept_at, version_at, versions
from hoso.core.vietnamese.folding import fold
from hoso.engines.records.fhir.value_sets import ValueSet, value_set
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.parameters import Given, answer_of, asked_day, given_to, needed
from hoso.web.routes import ActingRequest

LOOKUP = frozenset({"code", "system", "version", "coding", "date", "displayLanguage", "property"})
OF_SYSTEM = frozenset({"url", "code", "version", "display", "date", "coding", "codeableConcept", "displayLanguage"})
OF_SET = frozenset(
    {"url", "code", "system", "systemVersion", "display", "coding", "codeableConcept", "date", "displayLanguage"}
)
EXPAND = frozenset({"url", "filter", "offset", "count", "date", "displayLanguage", "includeDesignations"})
SUBSUMES = frozenset({"codeA", "codeB", "codingA", "codingB", "system", "version"})
MOST_EXPANDED, DEFAULT_EXPANDED = 1000, 100


def lookup(request: ActingRequest) -> HttpResponse:
    """What a code means. Raises HosoError HS5200 for an unknown code, HS5201 for an unknown system."""
    given = given_to(request, "CodeSystem/$lookup", LOOKUP)
    system, code, day = _coded(given)
    concept = concept_at(system, code, day)
    if concept is None:
        raise HosoError("HS5200", code=code[:40], system=system[:120])
    parts: list[dict[str, Any]] = [
        {"name": "name", "valueString": _title(concept.system)},
        {"name": "version", "valueString": concept.version},
        {"name": "display", "valueString": concept.display(_language(given))},
    ]
    parts += _designations(concept)
    parts += [{"name": "property", "part": _property(name, value)} for name, value in _properties(concept, day)]
    return fhir_answer(orjson.dumps({"resourceType": "Parameters", "parameter": parts}))


def validate_code_of_system(request: ActingRequest) -> HttpResponse:
    """Whether a system has a code, and whether a name is one of its names."""
    given = given_to(request, "CodeSystem/$validate-code", OF_SYSTEM)
    url, day = given.get("url"), asked_day(given)
    for system, code, display in _candidates(given, url if isinstance(url, str) else "", "url"):
        if url and system != url:
            continue
        concept = concept_at(_known(system), code, day if "version" not in given else _day_of(given, system))
        if concept is not None:
            return _judged(concept, display, _language(given))
    return _not_valid("mã không có trong hệ thống / the system has no such code")


def validate_code_of_set(request: ActingRequest) -> HttpResponse:
    """Whether a value set has a code."""
    given = given_to(request, "ValueSet/$validate-code", OF_SET)
    day, wanted = asked_day(given), value_set(needed(given, "url"), asked_day(given))
    for system, code, display in _candidates(given, "", "system"):
        if wanted.holds(system, code):
            concept = concept_at(system, code, day) if wanted.version else None
            return _judged(concept, display, _language(given)) if concept else fhir_answer(_result(True, "", ""))
    return _not_valid("mã không thuộc tập giá trị / the value set has no such code")


def subsumes(request: ActingRequest) -> HttpResponse:
    """How two codes of one system lie to each other."""
    given = given_to(request, "CodeSystem/$subsumes", SUBSUMES)
    codes = []
    for side in ("A", "B"):
        coding = given.get(f"coding{side}")
        if isinstance(coding, dict):
            codes.append((str(coding.get("system", "")), str(coding.get("code", ""))))
        else:
            codes.append((needed(given, "system"), needed(given, f"code{side}")))
    (system, first), (other, second) = codes
    if system != other:
        raise HosoError("HS5203", modifier="$subsumes", value=other[:60])
    day = _day_of(given, system)
    for code in (first, second):
        if concept_at(_known(system), code, day) is None:
            raise HosoError("HS5200", code=code[:40], system=system[:120])
    return fhir_answer(answer_of(("outcome", "Code", subsumption(system, first, second, day))))


def expand(request: ActingRequest) -> HttpResponse:
    """The codes of a value set, page by page; `filter` by beginnings of words without accents, or of the code."""
    given = given_to(request, "ValueSet/$expand", EXPAND)
    wanted = value_set(needed(given, "url"), asked_day(given))
    offset, count = _whole(given, "offset", 0), _whole(given, "count", DEFAULT_EXPANDED)
    if count > MOST_EXPANDED:
        raise HosoError("HS5112", name="count", value=str(count))
    total, contains = _page(wanted, str(given.get("filter", "")), offset, count, given)
    parameters = [{"name": name, "valueInteger": value} for name, value in (("offset", offset), ("count", count))]
    if given.get("filter"):
        parameters.append({"name": "filter", "valueString": given["filter"]})
    expansion = {
        "timestamp": now().isoformat(),
        "total": total,
        "offset": offset,
        "parameter": parameters,
        "contains": contains,
    }
    body = {
        "resourceType": "ValueSet",
        "url": wanted.url,
        "status": "active",
        "expansion": {k: v for k, v in expansion.items() if v != []},
    }
    if wanted.version:
        body["version"] = wanted.version.version
    return fhir_answer(orjson.dumps(body))


def _page(wanted: ValueSet, text: str, offset: int, count: int, given: Given) -> tuple[int, list[dict[str, Any]]]:
    if wanted.version is None:
        found = sorted(one for one in wanted.listed if fold(text) in fold(one[1]))
        return len(found), [{"system": system, "code": code} for system, code in found[offset : offset + count]]
    total, concepts = listing.page(wanted.version, text, offset, count)
    language, both = _language(given), given.get("includeDesignations") == "true"
    contains: list[dict[str, Any]] = []
    for one in concepts:
        entry: dict[str, Any] = {
            "system": wanted.version.url,
            "version": one.version,
            "code": one.code,
            "display": one.display(language),
        }
        if both:
            entry["designation"] = [{"language": name, "value": said} for name, said in _names(one)]
        contains.append(entry)
    return total, contains


def _names(one: Concept) -> Iterator[tuple[str, str]]:
    yield "vi", one.display_vi
    if one.display_en:
        yield "en", one.display_en


def _designations(concept: Concept) -> list[dict[str, Any]]:
    return [
        {
            "name": "designation",
            "part": [{"name": "language", "valueCode": name}, {"name": "value", "valueString": said}],
        }
        for name, said in _names(concept)
    ]


def _properties(concept: Concept, day: date) -> Iterator[tuple[str, str]]:
    yield "inactive", "false" if concept.in_force else "true"
    if concept.parent:
        yield "parent", concept.parent
    for _, child in children(concept.system, concept.code, day):
        yield "child", child
    for name, value in concept.properties.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _property(name: str, value: str) -> list[dict[str, Any]]:
    kind = {"inactive": "valueBoolean", "parent": "valueCode", "child": "valueCode"}.get(name, "valueString")
    return [
        {"name": "code", "valueCode": name},
        {"name": "value", kind: value == "true" if name == "inactive" else value},
    ]


def _judged(concept: Concept, display: str, language: Language) -> HttpResponse:
    """True unless a name was given that is none of the code's."""
    names = {fold(one) for _, one in _names(concept)}
    if display and fold(display) not in names:
        return fhir_answer(_result(False, "tên không phải của mã / not a name of the code", concept.display(language)))
    return fhir_answer(_result(True, "", concept.display(language)))


def _not_valid(message: str) -> HttpResponse:
    return fhir_answer(_result(False, message, ""))


def _result(result: bool, message: str, display: str) -> bytes:
    return answer_of(("result", "Boolean", result), ("message", "String", message), ("display", "String", display))


def _candidates(given: Given, system: str, where: str) -> list[tuple[str, str, str]]:
    """(system, code, display) that were asked about: a code, a coding, or each coding of a concept."""
    concept, coding = given.get("codeableConcept"), given.get("coding")
    codings = concept.get("coding", []) if isinstance(concept, dict) else [coding] if isinstance(coding, dict) else []
    if codings:
        return [tuple(str(one.get(key, "")) for key in ("system", "code", "display")) for one in codings]  # type: ignore[misc]
    return [(system or needed(given, where), needed(given, "code"), str(given.get("display", "")))]


def _coded(given: Given) -> tuple[str, str, date]:
    coding = given.get("coding")
    if isinstance(coding, dict):
        given = {**given, "system": str(coding.get("system", "")), "code": str(coding.get("code", ""))}
    system, code = needed(given, "system"), needed(given, "code")
    return _known(system), code, _day_of(given, system)


def _known(system: str) -> str:
    """Raises HosoError HS5201 for a system that is not here; short names are no addresses."""
    if not system.startswith(("http:", "https:", "urn:")):
        raise HosoError("HS5201", url=system[:120])
    try:
        versions(system)
    except HosoError as error:
        raise HosoError("HS5201", url=system[:120]) from error
    return system


def _day_of(given: Given, system: str) -> date:
    """A day on which the version that was asked for answers. Raises HosoError HS5201 for an unknown version."""
    wanted = given.get("version")
    if not wanted:
        return asked_day(given)
    for one in versions(_known(system)):
        if one.version == wanted:
            return one.valid_from
    raise HosoError("HS5201", url=f"{system}|{wanted}"[:120])


def _whole(given: Given, name: str, default: int) -> int:
    text = str(given.get(name, default))
    if not text.isdecimal() or len(text) > 9:
        raise HosoError("HS5112", name=name, value=text[:60])
    return int(text)


def _language(given: Given) -> Language:
    return "en" if str(given.get("displayLanguage", "vi")).startswith("en") else "vi"


def _title(system: str) -> str:
    return next(
        (one.title_vi for one in listing.systems() if one.name == version_at(system, localdate()).system), system
    )
