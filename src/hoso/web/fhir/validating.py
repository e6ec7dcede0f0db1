"""`$validate`: what would be said of a resource if it were written, and whether it fits a profile. FHIR R4 resource-operations.

Nothing is filed. The answer is an OperationOutcome with the place of each issue and the catalogue's code; 200 whatever it says.
"""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import HttpResponse

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.definitions import resource_types
from hoso.engines.records.fhir.interactions import Found
from hoso.engines.records.fhir.profiles import Finding, check, profiles
from hoso.engines.records.fhir.validation import Issue, checked
from hoso.engines.records.fhir.writing.unwritten import UNWRITTEN
from hoso.web.asking import ask
from hoso.web.fhir.limits import MOST_OF_ONE, body_of
from hoso.web.fhir.outcomes import fhir_answer, issue_of
from hoso.web.fhir.scopes import within_scopes
from hoso.web.fhir.writes import FHIR_JSON
from hoso.web.routes import ActingRequest

MODES = ("create", "update", "delete", "profile")
CORE = "http://hl7.org/fhir/StructureDefinition/"


def validate_resource(request: ActingRequest, type_name: str) -> HttpResponse:
    """A resource of the body, or of the parameter `resource` in a Parameters.

    Raises HosoError HS5115 for another type, HS5140 for another format, HS5196 for another mode, HS5197 for an unknown profile.
    """
    if type_name not in resource_types():
        raise HosoError("HS5115", type=type_name[:40])
    if request.content_type not in FHIR_JSON:
        raise HosoError("HS5140", given=(request.content_type or "-")[:60], allowed=", ".join(sorted(FHIR_JSON)))
    body, given = _asked(body_of(request, MOST_OF_ONE))
    mode, profile = _how(request, given)
    return _answer(list(_findings(body, type_name, mode, profile)))


def validate_instance(request: ActingRequest, type_name: str, id_: str) -> HttpResponse:
    """A resource that is filed. Raises HosoError HS5001 where there is none to see."""
    if type_name not in resource_types():
        raise HosoError("HS5115", type=type_name[:40])
    mode, profile = _how(request, {})

    def query(scope: Scope) -> Found | None:
        return interactions.current(scope, type_name, id_)

    found = ask(request, within_scopes(request, type_name, "read", query), about=f"{type_name}/{id_}/$validate")
    if found is None or found.resources[0].deleted:
        raise HosoError("HS5001")
    return _answer(list(_findings(found.resources[0].served(), type_name, mode, profile)))


def _asked(body: bytes) -> tuple[bytes, dict[str, str]]:
    """(the resource, mode and profile given beside it)."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body, {}
    if not isinstance(content, dict) or content.get("resourceType") != "Parameters":
        return body, {}
    listed = content.get("parameter")
    parameters = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    given = {
        str(one.get("name")): str(value)
        for one in parameters
        if (value := next((value for key, value in one.items() if key.startswith("value")), None)) is not None
    }
    resource = next(
        (one["resource"] for one in parameters if one.get("name") == "resource" and "resource" in one), None
    )
    return (body if resource is None and not given else orjson.dumps(resource or {})), given


def _how(request: ActingRequest, given: dict[str, str]) -> tuple[str, str]:
    for name in request.GET:
        if name not in ("mode", "profile", "_format", "_pretty"):
            raise HosoError("HS5110", name=name[:60], type="$validate")
    mode = request.GET.get("mode", given.get("mode", ""))
    profile = request.GET.get("profile", given.get("profile", ""))
    if mode and mode not in MODES:
        raise HosoError("HS5196", mode=mode[:40], allowed=", ".join(MODES))
    if profile and profile.partition("|")[0] not in profiles() and not _is_core(profile):
        raise HosoError("HS5197", profile=profile[:120])
    return mode, profile.partition("|")[0]


def _is_core(profile: str) -> bool:
    return profile.partition("|")[0].removeprefix(CORE) in resource_types()


def _findings(body: bytes, type_name: str, mode: str, profile: str) -> Iterator[Finding]:
    if mode == "delete":
        return
    resource, issues = checked(body)
    yield from (Finding("error", one) for one in issues)
    if not resource:
        return
    if resource["resourceType"] != type_name:
        yield Finding("error", Issue("invalid", "HS5121", type_name, resource["resourceType"]))
    if mode in ("create", "update") and type_name in UNWRITTEN:
        yield Finding("error", Issue("not-supported", "HS5134", type_name, UNWRITTEN[type_name]))
    if mode == "update" and not resource.get("id"):
        yield Finding("error", Issue("required", "HS5122", f"{type_name}.id", ""))
    claimed = resource.get("meta", {}).get("profile", ())
    for number, url in enumerate(claimed):
        if url.partition("|")[0] not in profiles() and not _is_core(url):
            place = f"{type_name}.meta.profile[{number}]"
            yield Finding("warning", Issue("not-supported", "HS5197", place, url))
    wanted = dict.fromkeys(one for one in (profile, *(url.partition("|")[0] for url in claimed)) if one in profiles())
    for url in wanted:
        if profiles()[url]["type"] != type_name:
            yield Finding("error", Issue("value", "HS5199", type_name, f"{url}: {profiles()[url]['type']}"))
        else:
            yield from check(resource, url)
    if profile and _is_core(profile) and profile.removeprefix(CORE) != type_name:
        yield Finding("error", Issue("value", "HS5199", type_name, profile))


def _answer(findings: list[Finding]) -> HttpResponse:
    issues: list[dict[str, Any]] = [issue_of(one.issue, one.severity) for one in findings]
    if not issues:
        issues = [{"severity": "information", "code": "informational", "details": {"text": "Không có lỗi / no issues"}}]
    return fhir_answer(orjson.dumps({"resourceType": "OperationOutcome", "issue": issues}))
