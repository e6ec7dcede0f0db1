"""The CapabilityStatement: made of what is served, so it cannot promise anything else."""

from functools import cache
from typing import Any

import orjson

from hoso.engines.records.fhir.definitions import compartment, search_parameters

CHANGED = "2026-11-26"  # the day on which what is served last changed
INTERACTIONS = ("read", "vread", "history-instance", "search-type")


@cache
def served_types() -> tuple[str, ...]:
    """Patient and every type that belongs to a person's record."""
    return tuple(sorted({"Patient", *compartment("Patient")}))


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
        "rest": [{"mode": "server", "resource": [_resource(name) for name in served_types()]}],
    }
    return orjson.dumps(statement)


def _resource(type_name: str) -> dict[str, Any]:
    parameters = search_parameters(type_name).values()
    return {
        "type": type_name,
        "interaction": [{"code": one} for one in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "searchParam": [{"name": one.code, "type": one.kind} for one in parameters if one.kind != "special"],
    }
