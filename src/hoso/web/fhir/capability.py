"""The CapabilityStatement: made of what is served, so it cannot promise anything else."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson

from hoso.engines.records.fhir.definitions import SearchParameter, resource_types, search_parameters
from hoso.engines.records.fhir.search.query import targets_of
from hoso.engines.records.fhir.writing.unwritten import UNWRITTEN

CHANGED = "2026-11-26"  # the day on which what is served last changed
OPERATIONS = "http://hl7.org/fhir/OperationDefinition/"
BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
ELSEWHERE = {  # operations that FHIR R4 itself does not define; with their type where it matters
    "export": f"{BULK}export",
    "Patient-export": f"{BULK}patient-export",
    "Group-export": f"{BULK}group-export",
    "import": "http://azurehealthcareapis.com/data-extensions/OperationDefinition/import",  # Microsoft's published shape
    "process-cda": "https://hoso.vn/fhir/OperationDefinition/process-cda",
    "summary": "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
}
# How software signs in: the addresses stand in `.well-known/smart-configuration` (SMART App Launch 2.2, conformance).
SMART = {"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "SMART-on-FHIR"}
INTERACTIONS = (
    "read", "vread", "history-instance", "history-type", "search-type", "create", "update", "patch", "delete",
)  # fmt: skip


@cache
def served_types() -> tuple[str, ...]:
    """Every type that is filed."""
    return tuple(name for name in resource_types() if name not in UNWRITTEN)


@cache
def capability_statement(base: str) -> bytes:
    """The statement of this service at its address."""
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "HoSo"},
        "implementation": {"description": "HoSo, FHIR R4", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": True, "service": [{"coding": [SMART]}]},
                "resource": [_resource(name) for name in served_types()],
                "interaction": [{"code": "transaction"}, {"code": "batch"}, {"code": "history-system"}],
                "operation": _told(_operations().get("", ())),
            }
        ],
    }
    return orjson.dumps(statement)


def _resource(type_name: str) -> dict[str, Any]:
    parameters = search_parameters(type_name).values()
    back = [f"{one.type_name}:{one.code}" for one in _referring().get(type_name, ())]
    shown = {
        "type": type_name,
        "interaction": [{"code": one} for one in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "referencePolicy": ["literal", "logical", "enforced"],
        "searchInclude": [f"{type_name}:{one.code}" for one in parameters if one.kind == "reference"],
        "searchRevInclude": back,
        "searchParam": [{"name": one.code, "type": one.kind} for one in parameters if one.kind != "special"],
    }
    shown["operation"] = _told((*_operations().get(type_name, ()), *_operations().get("Resource", ())))
    return {key: value for key, value in shown.items() if value != []}


Operation = tuple[str, str]  # type it is defined on, name


def _told(operations: Iterable[Operation]) -> list[dict[str, str]]:
    return [
        {"name": name, "definition": ELSEWHERE.get(f"{kind}-{name}", ELSEWHERE.get(name, f"{OPERATIONS}{kind}-{name}"))}
        for kind, name in sorted(set(operations))
    ]


@cache
def _operations() -> dict[str, list[Operation]]:
    """Type -> operations, as the addresses of the service have them; "Resource": of every type, "": of the service."""
    from hoso.web.fhir.urls import urlpatterns

    found: dict[str, list[Operation]] = {}
    for one in urlpatterns:
        kind, _, name = str(one.pattern).rpartition("$")
        if not name or "/" in name:
            continue
        type_name = kind.partition("/")[0]
        type_name = "Resource" if type_name.startswith("<") else type_name
        found.setdefault(type_name, []).append((type_name, name))
    return found


@cache
def _referring() -> dict[str, list[SearchParameter]]:
    """Type -> the reference parameters of served types that name it."""
    found: dict[str, list[SearchParameter]] = {}
    for name in served_types():
        for one in search_parameters(name).values():
            if one.kind == "reference" and one.targets:
                for target in targets_of(one):
                    found.setdefault(target, []).append(one)
    return found
