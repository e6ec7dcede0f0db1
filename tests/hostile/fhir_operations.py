"""The FHIR addresses beside reading and writing one type, described for software that makes odd requests: operations, bulk
orders, histories, compartments, the code lists of the house. Completes `fhir_description.py`.

`x-asker` of an operation says who asks where it is neither the reader nor the writer.
"""

from typing import Any

from tests.hostile.fhir_description import _operation as _described
from tests.hostile.fhir_description import _parameter, _resource

Paths = dict[str, Any]
TEXT = {"type": "string", "maxLength": 60}
FORM = "application/x-www-form-urlencoded"
SYSTEMS = ["http://hl7.org/fhir/administrative-gender", "http://hl7.org/fhir/sid/icd-10", "https://hoso.vn/fhir/CodeSystem/hoso-icd10", "x", ""]  # fmt: skip
SETS = ["http://hl7.org/fhir/ValueSet/administrative-gender", "http://hl7.org/fhir/ValueSet/observation-status", "https://hoso.vn/fhir/ValueSet/hoso-icd10", "x", ""]  # fmt: skip
CODES = ["female", "J18.9", "A00", "B20", "", "\u0000", "x" * 300]
DATES = ["2024", "2025-07-01", "2025-07-01T00:00:00+07:00", "0000-00-00", "9999-12-31", "-1", ""]
COUNTS = ["0", "1", "-1", "1000", "99999999999999999999", "x", ""]
ADDRESSES = ["http://127.0.0.1:9/a.ndjson", "https://example.org/Patient.ndjson", "file:///etc/passwd", "http://[::1", "x", ""]  # fmt: skip


def operations(known: dict[str, list[str]]) -> Paths:
    """Path -> its methods; `known`: ids by type, and of the house's orders (`export`, `import`) and code lists."""
    return _codes(known) | _bulk(known) | _of_records(known) | _of_resources(known)


def _codes(known: dict[str, list[str]]) -> Paths:
    url = _odd("url", [*SETS, *SYSTEMS])
    system, code = _odd("system", SYSTEMS), _odd("code", CODES)
    date, version = _odd("date", DATES), _odd("version", ["2024", "", "x"])
    asked = {
        "/CodeSystem/$lookup": (system, code, date, version, _odd("property", ["parent", "x", ""])),
        "/CodeSystem/$validate-code": (url, code, date, version, _odd("display", ["Nữ", "", "x"])),
        "/CodeSystem/$subsumes": (system, _odd("codeA", CODES), _odd("codeB", CODES), version),
        "/ValueSet/$expand": (url, date, _odd("filter", ["viêm phổi", "\u0000", "%", ""]), _odd("offset", COUNTS), _odd("count", COUNTS)),
        "/ValueSet/$validate-code": (url, code, system, date, _odd("display", ["Nữ", ""])),
        "/ConceptMap/$translate": (url, code, system, _odd("target", SETS), _odd("reverse", ["true", "x"]), date),
    }  # fmt: skip
    paths: Paths = {
        path: {"get": _operation(*given), "post": _operation(body=_parameters([one["name"] for one in given]))}
        for path, given in asked.items()
    }
    for kind in ("CodeSystem", "ValueSet", "ConceptMap"):
        names = _path("name", [*known["lists"], "none", "0"])
        shown = _operation(names, date, version)
        paths[f"/{kind}/hoso-{{name}}"] = {"get": shown, "post": shown}
    paths["/ConceptMap/hoso-local-{name}"] = {
        "get": _operation(_path("name", ["01000-service", "none", "0"]), date, version)
    }
    paths["/metadata"] = {
        "get": _operation(_odd("mode", ["full", "terminology", "x"]), _odd("_format", ["json", "xml"]))
    }
    return paths


def _bulk(known: dict[str, list[str]]) -> Paths:
    given = (
        _odd("_type", ["Patient", "Patient,Observation", "Nothing", "", "Observation,Observation"]),
        _odd("_since", DATES),
        _odd("_typeFilter", ["Observation?code=x", "Observation?", "Patient?_has:x", "Nothing?a=b", "%", ""]),
        _odd("_outputFormat", ["application/fhir+ndjson", "csv", ""]),
    )
    kick_off = {
        "get": _operation(*given, asker="export"),
        "post": _operation(*given[:2], body=_parameters([one["name"] for one in given]), asker="export"),
    }
    order, wrong = _path("order", known["export"]), _path("number", ["0", "1", "99999999999"])
    import_ = _path("order", known["import"])
    parts = {
        "type": "array",
        "maxItems": 4,
        "items": _parameter_value(["type", "url", "etag", "x"], ["Patient", "Nothing", *ADDRESSES]),
    }
    sent = {
        "type": "object",
        "properties": {
            "name": {"enum": ["input", "mode", "inputFormat", "inputSource", "storageDetail", "x"]},
            "valueString": {"enum": ["InitialLoad", "IncrementalLoad", "application/fhir+ndjson", "", "x"]},
            "part": parts,
        },
    }
    return {
        "/$export": kick_off,
        "/Patient/$export": kick_off,
        "/Group/{group}/$export": {
            method: {**said, "parameters": [*said["parameters"], _path("group", [*known["Group"], "none"])]}
            for method, said in kick_off.items()
        },
        "/_bulk/export/{order}": {"get": _operation(order, asker="export"), "delete": _operation(_path("order", known["none"]), asker="export")},
        "/_bulk/export/{order}/{number}": {"get": _operation(order, wrong, asker="export")},
        "/$import": {"post": _operation(body={"type": "object", "properties": {"resourceType": {"enum": ["Parameters", "Patient"]}, "parameter": {"type": "array", "items": sent, "maxItems": 4}}})},
        "/_bulk/import/{order}": {"get": _operation(import_, asker="write"), "delete": _operation(import_)},
        "/_bulk/import/{order}/errors/{number}": {"get": _operation(import_, wrong, asker="write")},
    }  # fmt: skip


def _of_records(known: dict[str, list[str]]) -> Paths:
    patient, since = _path("id", [*known["Patient"], "none"]), _odd("_since", DATES)
    page = (_odd("_count", COUNTS), _odd("_getpages", ["x"]), _odd("_page", ["x", "", "1:2:3"]))
    reason = _parameter("X-HoSo-Reason", "header", TEXT)
    paper = (_odd("_format", ["application/pdf", "pdf", "json", "xml", ""]), reason)
    members = _path("member", ["Observation", "Encounter", "*", "Nothing", "Patient"])
    types = _path("type", ["Patient", "Observation", "Nothing", "Group"])
    account = _parameter("account", "path", {"anyOf": [{"enum": ["1", "2", "0"]}, {"type": "integer", "minimum": 0}]})
    history = (since, _odd("_at", DATES), *page)
    return {
        "/Patient/{id}/$everything": {"get": _operation(patient, since, _odd("_type", ["Observation", "x", ""]), _odd("start", DATES), _odd("end", DATES), *page)},
        "/Patient/{id}/$summary": {"get": _operation(patient, *paper)},
        "/Composition/{id}/$document": {"get": _operation(_path("id", [*known["Composition"], "none"]), *paper)},
        "/{type}/{id}/{member}": {"get": _operation(types, patient, members, *page, _odd("code", CODES))},
        "/Patient/$match": {"post": _operation(body={"anyOf": [_parameters(["resource", "count", "onlyCertainMatches", "x"], _resource("Patient")), _resource("Patient")]}, asker="read")},
        "/Patient/$merge": {"post": _operation(body=_parameters(["source-patient", "target-patient", "preview", "result-patient", "x"], _resource("Patient")))},
        "/$process-cda": {"post": _operation(body={"type": "integer"}, kind="application/xml")},
        "/_history": {"get": _operation(*history)},
        "/{type}/_history": {"get": _operation(types, *history)},
        "/Practitioner/account-{account}": {"get": _operation(account)},
    }  # fmt: skip


def _of_resources(known: dict[str, list[str]]) -> Paths:
    paths: Paths = {}
    for name in ("Patient", "Observation", "Subscription", "ValueSet", "Questionnaire", "Nothing"):
        one = _path("id", [*known.get(name, ()), "none"])
        mode, profile = (
            _odd("mode", ["create", "update", "delete", "x"]),
            _odd("profile", ["https://hoso.vn/fhir/StructureDefinition/vn-patient", "x", ""]),
        )
        wrapped = {"anyOf": [_resource(name), _parameters(["resource", "mode", "profile", "x"], _resource(name))]}
        metas = _parameters(["meta", "x"])
        search = {
            "type": "object",
            "properties": {
                "_id": TEXT,
                "code": TEXT,
                "_count": {"enum": COUNTS},
                "_sort": TEXT,
                "_has:Observation:subject:code": TEXT,
            },
        }
        paths |= {
            f"/{name}/$validate": {"post": _operation(mode, profile, body=wrapped)},
            f"/{name}/{{id}}/$validate": {"get": _operation(one, mode, profile)},
            f"/{name}/{{id}}/$meta": {"get": _operation(one)},
            f"/{name}/{{id}}/$meta-add": {"post": _operation(one, body=metas)},
            f"/{name}/{{id}}/$meta-delete": {"post": _operation(one, body=metas)},
            f"/{name}/_search": {
                "post": _operation(_odd("_count", COUNTS), body=search, kind=FORM, asker="read"),
                "get": _operation(_odd("_id", ["x"])),
            },
        }
    return paths  # fmt: skip


def _operation(*parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Without the headers that guard a write: most of what they would be asked with would not get past them."""
    return _described(*parameters, headers=("Prefer",), **more)


def _odd(name: str, likely: list[str]) -> dict[str, Any]:
    """A query parameter: something likely, or any text."""
    return _parameter(name, "query", {"anyOf": [{"enum": likely}, TEXT]})


def _path(name: str, known: list[str]) -> dict[str, Any]:
    return _parameter(name, "path", {"enum": known or ["none"]})


def _parameters(names: list[str], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """A Parameters resource with these names, their values of any kind, often the wrong one."""
    likely = [*SYSTEMS, *SETS, *CODES, *DATES, *COUNTS]
    one = _parameter_value(names, likely)
    if resource is not None:
        one["properties"]["resource"] = resource
    return {
        "type": "object", "required": ["resourceType"],
        "properties": {"resourceType": {"enum": ["Parameters", "Parameters", "Bundle"]}, "parameter": {"type": "array", "items": one, "maxItems": 4}},
    }  # fmt: skip


def _parameter_value(names: list[str], likely: list[str]) -> dict[str, Any]:
    coding = {"type": "object", "properties": {"system": {"enum": SYSTEMS}, "code": {"enum": CODES}, "display": TEXT}}
    return {
        "type": "object", "required": ["name"],
        "properties": {
            "name": {"enum": names}, "valueString": {"anyOf": [{"enum": likely}, TEXT]}, "valueUri": TEXT, "valueCode": {"enum": CODES},
            "valueInteger": {"type": "integer"}, "valueBoolean": {"type": "boolean"}, "valueCoding": coding,
            "valueCodeableConcept": {"type": "object", "properties": {"coding": {"type": "array", "items": coding, "maxItems": 2}}},
            "valueMeta": {"type": "object", "properties": {"tag": {"type": "array", "items": coding, "maxItems": 2}, "security": {}, "profile": {}}},
        },
    }  # fmt: skip
