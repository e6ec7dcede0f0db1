"""The FHIR addresses of this house described as OpenAPI, for software that makes odd requests of it.

Made of FHIR's definitions: the bodies' schemas are those of the types, two levels deep.
"""

from typing import Any

from hoso.engines.records.fhir.definitions import TypeDefinition, search_parameters, types

TYPES = (
    "Patient",
    "Observation",
    "Encounter",
    "Organization",
    "Condition",
    "MedicationRequest",
    "Task",
    "Bundle",
    "Subscription",
    "Group",
    "ValueSet",
    "CodeSystem",
    "Composition",
    "Nothing",
)
METHODS_OF_BUNDLES = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
DEEP = 2
_PRIMITIVE = {
    "boolean": "boolean",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "decimal": "number",
}
_HEADERS = ("If-Match", "If-None-Match", "If-None-Exist", "Prefer")


def description(known: dict[str, list[str]]) -> dict[str, Any]:
    """`known`: ids of each type that are there, to be asked for among others."""
    paths: dict[str, Any] = {"/": {"post": _operation(body=_bundle())}}
    for name in TYPES:
        content = _resource(name)
        one, versions = f"/{name}/{{id}}", f"/{name}/{{id}}/_history"
        ids = _parameter(
            "id", "path", {"anyOf": [{"enum": known.get(name, ["none"])}, {"type": "string", "minLength": 1}]}
        )
        paths[f"/{name}"] = {
            "get": _operation(*_query(name)),
            "post": _operation(*_query(name)[:1], body=content),
            "put": _operation(*_query(name), body=content),
            "patch": _operation(*_query(name), body=_patch(), kind="application/json-patch+json"),
            "delete": _operation(*_query(name)),
        }
        paths[one] = {
            "get": _operation(ids),
            "put": _operation(ids, body=content),
            "patch": _operation(ids, body=_patch(), kind="application/json-patch+json"),
            "delete": _operation(ids),
        }
        paths[versions] = {"get": _operation(ids)}
        version = _parameter("version", "path", {"type": "integer"})
        paths[f"{versions}/{{version}}"] = {"get": _operation(ids, version)}
    return {"openapi": "3.0.3", "info": {"title": "FHIR", "version": "4.0.1"}, "paths": paths}


def _operation(
    *parameters: dict[str, Any], body: Any = None, kind: str = "application/fhir+json", asker: str = "",
    headers: tuple[str, ...] = _HEADERS,
) -> dict[str, Any]:  # fmt: skip
    given = [_parameter(name, "header", {"type": "string", "maxLength": 40}) for name in headers]
    found: dict[str, Any] = {"parameters": [*parameters, *given], "responses": {"default": {"description": "any"}}}
    if asker:
        found["x-asker"] = asker
    if body is not None:
        found["requestBody"] = {"required": True, "content": {kind: {"schema": body}}}
    return found


def _parameter(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def _query(name: str) -> list[dict[str, Any]]:
    """A few search parameters of each kind, and those about the answer."""
    known = search_parameters(name) if name in types() else {}
    by_kind = {one.kind: code for code, one in known.items()}
    codes = [
        "_id",
        "_sort",
        "_count",
        "_format",
        "identifier",
        "patient",
        *by_kind.values(),
        *(f"{code}:not" for code in by_kind.values()),
    ]
    return [_parameter(code, "query", {"type": "string", "maxLength": 60}) for code in dict.fromkeys(codes)]


def _patch() -> dict[str, Any]:
    operation = {
        "type": "object", "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"enum": ["/status", "/name/0", "/name/-", "/id", "", "/subject/reference", "/a~1b"]},
            "from": {"enum": ["/status", "/name"]}, "value": {},
        },
    }  # fmt: skip
    return {"anyOf": [{"type": "array", "items": operation, "maxItems": 4}, {}]}


def _bundle() -> dict[str, Any]:
    address = {
        "enum": [
            *TYPES,
            *(f"{name}/x" for name in TYPES),
            "Patient?identifier=a|b",
            "Patient?_id=x",
            "http://",
            "/",
            "",
        ]
    }
    request = {
        "type": "object",
        "properties": {
            "method": {"enum": METHODS_OF_BUNDLES},
            "url": address,
            "ifMatch": {"type": "string"},
            "ifNoneExist": {"type": "string"},
        },
        "required": ["method", "url"],
    }
    entry = {
        "type": "object",
        "properties": {
            "fullUrl": {"enum": ["urn:uuid:1", "urn:uuid:2", "http://x/Patient/1", ""]},
            "request": request,
            "resource": {"anyOf": [_resource(name) for name in ("Patient", "Observation")]},
        },
        "required": ["request"],
    }
    return {
        "type": "object", "required": ["resourceType", "type"],
        "properties": {
            "resourceType": {"enum": ["Bundle"]}, "type": {"enum": ["batch", "transaction", "collection"]},
            "entry": {"type": "array", "items": entry, "maxItems": 4},
        },
    }  # fmt: skip


def _resource(name: str) -> dict[str, Any]:
    if name not in types():
        return {"type": "object"}
    schema = _type(types()[name], "", DEEP)
    schema["properties"]["resourceType"] = {"enum": [name]}
    schema["required"] = ["resourceType"]
    return schema


def _type(definition: TypeDefinition, path: str, deep: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for element in definition.children(path):
        for key, kind in element.spellings():
            schema = _value(definition, element.path, kind, deep)
            properties[key] = {"type": "array", "items": schema, "maxItems": 2} if element.repeats else schema
    return {"type": "object", "properties": properties}


def _value(definition: TypeDefinition, path: str, kind: str, deep: int) -> dict[str, Any]:
    if kind in _PRIMITIVE:
        return {"type": _PRIMITIVE[kind]}
    if kind in types() and types()[kind].kind == "complex-type":
        if deep == 0:
            return {"type": "object"}
        own = kind in ("BackboneElement", "Element")
        return _type(definition if own else types()[kind], path if own else "", deep - 1)
    return {"type": "string", "maxLength": 40}
