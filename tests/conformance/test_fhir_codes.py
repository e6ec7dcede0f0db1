"""Operations on codes and the token modifiers that mean codes, against a slow second reading of the official list."""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from hoso.engines.records.fhir.definitions import search_parameters
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query
from tests.conformance import fhir_slow_search as slow
from tests.conformance.fhir_slow_codes import BLOCKS, ICD10, WHOLE, rows
from tests.conformance.fhir_writing import Software, code_of, patient, software
from tests.intaking import Intake

QUESTIONS = 1500
SET = "https://hoso.vn/fhir/ValueSet/icd10-vn"


@pytest.fixture(scope="module")
def asker(filled: Callable[[], Intake]) -> Iterator[Software]:
    filled()
    yield software("doctor", "01007")


def _value(answer: Any, name: str) -> Any:
    assert answer.status_code == 200, answer.content
    one: dict[str, Any] = next((one for one in answer.json()["parameter"] if one["name"] == name), {})
    return next((value for key, value in one.items() if key.startswith("value")), None)


def test_lookup(asker: Software) -> None:
    answer = asker.get(f"CodeSystem/$lookup?system={ICD10}&code=I10&date=2025-01-01")
    assert _value(answer, "display") == "Bệnh lý tăng huyết áp"
    assert _value(answer, "version") == "qd4469-2020"
    told = [one["part"] for one in answer.json()["parameter"] if one["name"] == "property"]
    assert [{"name": "code", "valueCode": "parent"}, {"name": "value", "valueCode": "I10-I15"}] in told
    english = asker.post("CodeSystem/$lookup", {
        "resourceType": "Parameters", "parameter": [
            {"name": "coding", "valueCoding": {"system": ICD10, "code": "I10"}}, {"name": "displayLanguage", "valueCode": "en"},
        ],
    })  # fmt: skip
    assert _value(english, "display") == "Essential (primary) hypertension"


def test_what_is_not_known_is_refused(asker: Software) -> None:
    for address, status, code in (
        (f"CodeSystem/$lookup?system={ICD10}&code=ZZ9", 404, "HS5200"),
        ("CodeSystem/$lookup?system=http://snomed.info/sct&code=1", 404, "HS5201"),
        ("CodeSystem/$lookup?system=icd10-vn&code=I10", 404, "HS5201"),
        (f"CodeSystem/$lookup?system={ICD10}&code=I10&version=none", 404, "HS5201"),
        (f"CodeSystem/$lookup?system={ICD10}", 400, "HS5202"),
        (f"CodeSystem/$lookup?system={ICD10}&code=I10&colour=red", 400, "HS5110"),
        (f"CodeSystem/$lookup?system={ICD10}&code=I10&date=x", 400, "HS5112"),
        ("ValueSet/$expand?url=http://example.org/none", 404, "HS5201"),
        (f"ValueSet/$expand?url={SET}&count=5000", 400, "HS5112"),
        ("ConceptMap/$translate?url=http://example.org/none&system=x&code=y", 404, "HS5201"),
        ("Condition?code:below=I10", 400, "HS5203"),
        ("Condition?code:in=http://example.org/none", 404, "HS5201"),
        ("CodeSystem/hoso-none", 404, "HS5001"),
    ):
        answer = asker.get(address)
        assert (answer.status_code, code_of(answer)) == (status, code), address


def test_validate_code(asker: Software) -> None:
    def result(address: str) -> Any:
        return _value(asker.get(address), "result")

    system = f"CodeSystem/$validate-code?url={ICD10}"
    assert result(f"{system}&code=I10") is True
    assert result(f"{system}&code=I10&display=benh ly tang huyet ap") is True
    assert result(f"{system}&code=I10&display=Viêm họng") is False
    assert result(f"{system}&code=QQ") is False
    assert result(f"ValueSet/$validate-code?url={SET}&system={ICD10}&code=I10") is True
    assert result(f"ValueSet/$validate-code?url={SET}&system={BLOCKS}&code=I10-I15") is False
    gender = "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&system=http://hl7.org/fhir/administrative-gender"
    assert result(f"{gender}&code=female") is True and result(f"{gender}&code=F") is False
    concept = {
        "name": "codeableConcept",
        "valueCodeableConcept": {"coding": [{"system": "urn:x", "code": "1"}, {"system": ICD10, "code": "I10"}]},
    }
    body = {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": SET}, concept]}
    assert _value(asker.post("ValueSet/$validate-code", body), "result") is True


def test_expand_without_accents_page_by_page(asker: Software) -> None:
    def page(offset: int) -> Any:
        return asker.get(f"ValueSet/$expand?url={SET}&filter=tang huyet ap&offset={offset}&count=5").json()["expansion"]

    first = page(0)
    seen = [one["code"] for offset in range(0, first["total"], 5) for one in page(offset)["contains"]]
    assert len(seen) == len(set(seen)) == first["total"] > 10 and "I10" in seen
    whole = asker.get(f"ValueSet/$expand?url={SET}&count=1").json()["expansion"]
    assert whole["total"] == len(rows())
    days = asker.get("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender").json()["expansion"]
    assert {one["code"] for one in days["contains"]} == {"male", "female", "other", "unknown"}


def test_subsumes(asker: Software) -> None:
    for first, second, expected in (
        ("E11", "E11.9", "subsumes"), ("E11.9", "E11", "subsumed-by"), ("E11", "E11", "equivalent"), ("E11", "I10", "not-subsumed"),
    ):  # fmt: skip
        assert (
            _value(asker.get(f"CodeSystem/$subsumes?system={ICD10}&codeA={first}&codeB={second}"), "outcome")
            == expected
        )


def test_translate_and_the_resources_themselves(asker: Software) -> None:
    found = asker.get("ConceptMap/hoso-dich-vu-ky-thuat-icd9-cm").json()
    element = found["group"][0]["element"][0]
    answer = asker.get(f"ConceptMap/$translate?system={found['group'][0]['source']}&code={element['code']}")
    match = next(one["part"] for one in answer.json()["parameter"] if one["name"] == "match")
    assert _value(answer, "result") is True
    assert match[1]["valueCoding"]["code"] == element["target"][0]["code"]
    assert _value(asker.get(f"ConceptMap/$translate?system={ICD10}&code=I10"), "result") is True
    assert _value(asker.get(f"ConceptMap/$translate?system={ICD10}&code=QQ"), "result") is False
    system = asker.get("CodeSystem/hoso-icd10-vn").json()
    assert {one["code"] for one in system["concept"]} == set(rows()) and system["url"] == ICD10
    assert asker.get("ValueSet/hoso-icd10-vn").json()["url"] == SET
    for name in ("CodeSystem/hoso-gioi-tinh", "ValueSet/hoso-icd10-vn", "ConceptMap/hoso-icd10-vn-blocks"):
        resource = asker.get(name)
        checked = asker.send("POST", f"{name.partition('/')[0]}/$validate", resource.content)
        assert [one["severity"] for one in checked.json()["issue"]] == ["information"], (name, checked.content[:500])


def _condition(rng: Random) -> dict[str, Any]:
    codes = sorted(rows())
    system = rng.choice((ICD10, ICD10, ICD10, BLOCKS, "http://snomed.info/sct"))
    code = rng.choice(codes)
    if system == BLOCKS:
        code = rng.choice(rows()[code])
    if rng.random() < 0.05:
        code = f"{code}x"
    if rng.random() < 0.05:
        code = code.lower()
    return {"resourceType": "Condition", "id": "c", "code": {"coding": [{"system": system, "code": code}]}}


def _question(rng: Random, about: str) -> tuple[str, str]:
    """A modifier and a value, mostly one that has to do with the code."""
    modifier = rng.choice(("in", "not-in", "below", "below", "above", "above"))
    if modifier in ("in", "not-in"):
        return modifier, WHOLE
    code = about.upper() if about.upper() in rows() and rng.random() < 0.8 else rng.choice(sorted(rows()))
    near = [code, code[:3], *(one for one in rows() if one.startswith(code[:3]))]
    if rng.random() < 0.3:
        return modifier, f"{BLOCKS}|{rng.choice(rows()[code])}"
    return modifier, f"{ICD10}|{rng.choice(near)}"


def test_modifiers_agree_with_the_slow_search(asker: Software) -> None:
    rng, parameter = Random(5190), search_parameters("Condition")["code"]
    outcomes: Counter[tuple[str, bool]] = Counter()
    for _ in range(QUESTIONS):
        resource = _condition(rng)
        modifier, text = _question(rng, resource["code"]["coding"][0]["code"])
        expected = slow.fits(resource, parameter, modifier, "", text)
        fast = matcher(parse_query("Condition", [(f"code:{modifier}", text)]))(resource)
        assert fast == expected, (modifier, text, resource["code"])
        outcomes[modifier, expected] += 1
    assert all(
        outcomes[modifier, hit] > 20 for modifier in ("in", "not-in", "below", "above") for hit in (True, False)
    ), outcomes


def test_modifiers_through_the_store(asker: Software) -> None:
    writer = software()
    person = writer.created(patient("Cao Thị Mã"))["id"]
    subject = {"reference": f"Patient/{person}"}
    visit = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": subject,
             "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01007"}}}  # fmt: skip
    writer.created(visit)
    ids = {
        code: writer.created({"resourceType": "Condition", "code": {"coding": [{"system": ICD10, "code": code}]}, "subject": subject})["id"]
        for code in ("E11.9", "E11", "I10")
    }  # fmt: skip

    def found(asked: str) -> set[str]:
        answer = asker.get(f"Condition?{asked}")
        assert answer.status_code == 200, answer.content
        return {one["resource"]["id"] for one in answer.json().get("entry", [])}

    for within in ("", f"&patient={person}"):
        assert found(f"code:below={ICD10}|E11{within}") == {ids["E11"], ids["E11.9"]}
        assert found(f"code:below={BLOCKS}|E10-E14{within}") == {ids["E11"], ids["E11.9"]}
        assert found(f"code:above={ICD10}|E11.9{within}") == {ids["E11"], ids["E11.9"]}
        assert found(f"code:in={SET}{within}") == set(ids.values())
        assert found(f"code:not-in={SET}{within}") == set()


def test_validate_says_what_writing_would(asker: Software) -> None:
    def issues(address: str, body: Any) -> list[tuple[str, str, str]]:
        answer = asker.post(address, body)
        assert answer.status_code == 200, answer.content
        return [
            (
                one["severity"],
                one.get("details", {}).get("coding", [{}])[0].get("code", ""),
                one.get("expression", [""])[0],
            )
            for one in answer.json()["issue"]
        ]

    fine = patient("Trần Thị Thử")
    assert issues("Patient/$validate", fine) == [("information", "", "")]
    assert issues("Patient/$validate", {**fine, "gender": "x"}) == [("error", "HS5104", "Patient.gender")]
    assert issues("Patient/$validate?mode=update", fine)[0][1] == "HS5122"
    assert issues("Bundle/$validate?mode=create", {"resourceType": "Bundle", "type": "batch"})[0][1] == "HS5134"
    wrapped = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "resource", "resource": {**fine, "gender": "x"}},
            {"name": "mode", "valueCode": "create"},
        ],
    }
    assert issues("Patient/$validate", wrapped) == [("error", "HS5104", "Patient.gender")]
    assert (
        issues("Patient/$validate", {"resourceType": "Observation", "status": "final", "code": {"text": "x"}})[0][1]
        == "HS5121"
    )
    for address, code in (
        ("Patient/$validate?mode=x", "HS5196"),
        ("Patient/$validate?profile=urn:none", "HS5197"),
        ("Patient/$validate?a=b", "HS5110"),
    ):
        assert code_of(asker.post(address, fine)) == code


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"value": "12"}, [("error", "Patient.identifier[0]")]),
        ({"value": None}, [("error", "Patient.identifier[0].value")]),
    ],
)
def test_the_profile_of_a_patient(asker: Software, change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    number = {"system": "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan", "value": "001180000066", **change}
    body = {**patient(), "identifier": [{key: value for key, value in number.items() if value}]}
    url = "https://hoso.vn/fhir/StructureDefinition/vn-patient"
    answer = asker.post(f"Patient/$validate?profile={url}", body).json()["issue"]
    assert [(one["severity"], one["expression"][0]) for one in answer if one["severity"] != "information"] == expected


def test_profiles_of_facilities_and_medicines(asker: Software) -> None:
    def severities(kind: str, profile: str, body: dict[str, Any]) -> list[str]:
        body = {
            "resourceType": kind,
            "meta": {"profile": [f"https://hoso.vn/fhir/StructureDefinition/{profile}"]},
            **body,
        }
        return [one["severity"] for one in asker.post(f"{kind}/$validate", body).json()["issue"]]

    code = {"system": "https://hoso.vn/fhir/sid/ma-cskcb"}
    assert severities(
        "Organization", "vn-organization", {"name": "BV", "identifier": [{**code, "value": "01007"}]}
    ) == ["information"]
    assert severities("Organization", "vn-organization", {"name": "BV", "identifier": [{**code, "value": "1"}]}) == [
        "warning"
    ]
    assert severities("Organization", "vn-organization", {"name": "BV"}) == ["error"]
    gtin = {"system": "https://www.gs1.org/gtin"}
    assert severities(
        "Medication", "vn-medication", {"code": {"text": "x"}, "identifier": [{**gtin, "value": "08935001234567"}]}
    ) == ["information"]
    assert severities(
        "Medication", "vn-medication", {"code": {"text": "x"}, "identifier": [{**gtin, "value": "123"}]}
    ) == ["error"]
    assert severities("Organization", "none", {"name": "BV"}) == ["warning"]
