"""Papers that leave: discharge paper, visit summary, patient summary; as FHIR document and PDF, and only what may leave."""

import json
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from fhir.resources.R4B.bundle import Bundle

from hoso.core.database.session import acting_transaction
from tests.claim_packages import sample_3176
from tests.intaking import Intake, as_service, one, person_of, resources, sign_in
from tests.side_channels import HOSPITAL, client_of

MA_LK = "SYN3176.0000001"
WHY = {"reason": "Cấp cho người bệnh", "format": "pdf"}
NAME = "Nguyễn Thị Ỷ Ngữ Ẵng"


@pytest.fixture
def doctor(intake: Intake) -> Client:
    intake.file(sample_3176().with_(HO_TEN=NAME))
    return client_of(sign_in("doctor", HOSPITAL))


def paper_of(table: str) -> str:
    return next(str(id_) for id_, _, body, _ in resources("Composition") if json.loads(bytes(body))["type"]["coding"][0]["code"] == table)  # fmt: skip


def patient() -> str:
    return str(one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of(MA_LK)))


def words(pdf: bytes) -> str:
    """The PDF as another program reads it."""
    read = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in read)


def bundle_of(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(f"/fhir/r4/{address}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    Bundle.model_validate(found)  # a reader of others
    return found


def events(route: str) -> list[tuple[Any, ...]]:
    overseer = sign_in("overseer")
    with acting_transaction(overseer.pk, "oversight"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, purpose, reason, person_id, object FROM audit_event WHERE route = %s ORDER BY id", [route]
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize("table", ["XML7", "XML8"])
def test_a_paper_as_a_fhir_document(doctor: Client, table: str) -> None:
    found = bundle_of(doctor, f"Composition/{paper_of(table)}/$document")
    kinds = [entry["resource"]["resourceType"] for entry in found["entry"]]
    assert found["type"] == "document" and kinds[0] == "Composition"
    assert {"Patient", "Encounter", "Condition"} <= set(kinds) and len(set(map(str, found["entry"]))) == len(kinds)
    assert found["identifier"]["value"] == f"urn:uuid:{found['id']}" and found["timestamp"]
    told = {entry["fullUrl"].partition("/fhir/r4/")[2] for entry in found["entry"]}
    assert found["entry"][0]["resource"]["subject"]["reference"] in told  # what is named is there
    again = doctor.get(f"/fhir/r4/Composition/{paper_of(table)}/$document").content
    assert json.loads(again) == found


def test_the_summary_holds_the_sections_that_the_guide_requires(doctor: Client) -> None:
    found = bundle_of(doctor, f"Patient/{patient()}/$summary")
    composition = found["entry"][0]["resource"]
    sections = {one["code"]["coding"][0]["code"]: one for one in composition["section"]}
    assert {"48765-2", "11450-4", "10160-0"} <= set(sections)
    assert "emptyReason" in sections["48765-2"] and "entry" not in sections["48765-2"]
    told = {entry["fullUrl"].partition("/fhir/r4/")[2] for entry in found["entry"]}
    named = {one["reference"] for section in composition["section"] for one in section.get("entry", ())}
    assert named and named <= told and composition["author"][0]["reference"] in told


@pytest.mark.parametrize("table", ["XML7", "XML8"])
def test_a_printed_paper_reads_as_the_record_does(doctor: Client, table: str) -> None:
    address = f"/people/{person_of(MA_LK)}/papers/{paper_of(table)}/print/"
    answer = doctor.post(address, WHY)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"] and NAME not in answer["Content-Disposition"]
    text = words(answer.content)
    assert NAME.upper() in text and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert doctor.post(address, WHY).content == answer.content  # the same bytes for the same record
    assert doctor.post(address, {**WHY, "format": "fhir"}).content == doctor.get(f"/fhir/r4/Composition/{paper_of(table)}/$document").content  # fmt: skip


def test_the_summary_by_fhir_as_pdf_needs_a_reason(doctor: Client) -> None:
    address = f"/fhir/r4/Patient/{patient()}/$summary"
    assert doctor.get(address, headers={"Accept": "application/pdf"}).status_code == 422
    answer = doctor.get(address, headers={"Accept": "application/pdf", "X-HoSo-Reason": "referral"})
    assert answer.status_code == 200 and "TÓM TẮT HỒ SƠ SỨC KHỎE" in words(answer.content)
    assert "Không có thông tin" in words(answer.content)  # of allergies nothing is known, and it says so
    assert doctor.get(f"{address}?_format=xml").status_code == 406
    assert doctor.get(f"{address}?colour=red").status_code == 400


def test_a_print_is_one_event_with_its_reason(doctor: Client) -> None:
    person_id = person_of(MA_LK)
    doctor.post(f"/people/{person_id}/papers/{paper_of('XML7')}/print/", WHY)
    assert doctor.post(f"/people/{person_id}/papers/{paper_of('XML7')}/print/", {"reason": " "}).status_code == 422
    object_ = f"Composition/{paper_of('XML7')}/$document"
    assert events("print_paper") == [("export", "treatment", WHY["reason"], person_id, object_)]


def test_who_may_read_only_prints_nothing(doctor: Client) -> None:
    student = client_of(sign_in("student", HOSPITAL))
    person_id = person_of(MA_LK)
    assert student.post(f"/people/{person_id}/summary/print/", WHY).status_code == 403
    elsewhere = client_of(sign_in("doctor", "01001"))
    assert elsewhere.post(f"/people/{person_id}/summary/print/", WHY).status_code == 404
    assert elsewhere.post(f"/people/{person_id}/papers/{paper_of('XML7')}/print/", WHY).status_code == 404
    assert elsewhere.get(f"/fhir/r4/Composition/{paper_of('XML7')}/$document").status_code == 404
    assert elsewhere.get(f"/fhir/r4/Patient/{patient()}/$summary").status_code == 404
    assert elsewhere.get("/fhir/r4/Patient/a%00b/$summary").status_code == 404
    assert elsewhere.get("/fhir/r4/Composition/a%00b/$document").status_code == 404
    other = f"/people/{person_id + 1}/papers/{paper_of('XML7')}/print/"
    assert doctor.post(other, WHY).status_code == 404  # not under another's name


def test_the_buttons_stand_on_the_pages(doctor: Client) -> None:
    person_id = person_of(MA_LK)
    encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = %s LIMIT 1", MA_LK)
    assert f"/people/{person_id}/summary/print/" in doctor.get(f"/people/{person_id}/").content.decode()
    page = doctor.get(f"/people/{person_id}/visits/{encounter}/").content.decode()
    assert f"/people/{person_id}/papers/{paper_of('XML7')}/print/" in page


def _withhold(type_name: str, which: str, label: str = "hiv") -> None:
    """Label one resource, as a rule or a hand would."""
    from hoso.core.access.labels import mask_of
    from hoso.engines.records.resource_types import NUMBERS

    with as_service() as cursor:
        for table in ("records_resource", "records_location"):
            cursor.execute(f"UPDATE {table} SET sensitivity = %s WHERE type = %s AND id = %s", [mask_of([label]), NUMBERS[type_name], which])  # fmt: skip


def test_what_is_withheld_leaves_no_trace_even_for_who_may_see_it(doctor: Client) -> None:
    """A doctor of the treating team sees the label on screen; the paper that goes home with the person does not show it."""
    condition = str(resources("Condition")[0][0])
    code = json.loads(bytes(resources("Condition")[0][2]))["code"]["coding"][0]["code"]
    address = f"Composition/{paper_of('XML7')}/$document"
    before = doctor.get(f"/fhir/r4/{address}").content
    assert condition.encode() in before
    _withhold("Condition", condition)
    team = sign_in("doctor", HOSPITAL)
    with as_service() as cursor:
        cursor.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, added_by)"
            " SELECT v.person_id, v.person_id, v.encounter, %s, 'team', access_actor() FROM intake_visit v"
            " WHERE v.ma_lk = %s LIMIT 1", [team.pk, MA_LK],
        )  # fmt: skip
    assert doctor.get(f"/fhir/r4/Condition/{condition}").status_code == 404
    assert client_of(team).get(f"/fhir/r4/Condition/{condition}").status_code == 200
    for client in (doctor, client_of(team)):
        document = client.get(f"/fhir/r4/{address}").content
        summary = client.get(f"/fhir/r4/Patient/{patient()}/$summary").content
        assert condition.encode() not in document + summary
        assert f'"code":"{code}"'.encode() not in summary
    plain = client_of(sign_in("doctor", HOSPITAL)).get(f"/fhir/r4/{address}").content
    assert plain == client_of(team).get(f"/fhir/r4/{address}").content  # not even in the size


def test_a_withheld_paper_is_not_there(doctor: Client) -> None:
    paper = paper_of("XML7")
    _withhold("Composition", paper)
    assert doctor.get(f"/fhir/r4/Composition/{paper}/$document").status_code == 404
    assert doctor.post(f"/people/{person_of(MA_LK)}/papers/{paper}/print/", WHY).status_code == 404


def test_what_is_handed_out_is_signed_and_the_page_says_whether_it_still_is(doctor: Client, settings: Any) -> None:
    settings.SIGNING_AUTHORITY = "hoso.gateways.ca.simulated.SimulatedAuthority"
    address = f"/people/{person_of(MA_LK)}/papers/{paper_of('XML7')}/print/"
    pdf = doctor.post(address, WHY).content
    assert "Ký số bởi" in words(pdf) and "không có giá trị pháp lý" in words(pdf)
    bundle = doctor.post(address, {**WHY, "format": "fhir"}).content
    Bundle.model_validate(json.loads(bundle))
    assert json.loads(bundle)["signature"]["sigFormat"] == "application/jose"
    for name, content in (("giay.pdf", pdf), ("giay.json", bundle)):
        page = _looked_at(doctor, name, content)
        assert "Nguyên vẹn" in page and "chữ ký thử nghiệm" in page
        changed = bytearray(content)
        changed[200] ^= 1
        assert "Nguyên vẹn" not in _looked_at(doctor, name, bytes(changed))
    assert "HS5231" in _looked_at(doctor, "x.txt", b"words")


def test_without_an_authority_a_paper_says_that_it_is_not_signed(doctor: Client) -> None:
    pdf = doctor.post(f"/people/{person_of(MA_LK)}/papers/{paper_of('XML7')}/print/", WHY).content
    assert "Chưa ký số" in words(pdf)
    assert "HS5230" in _looked_at(doctor, "giay.pdf", pdf)


def _looked_at(client: Client, name: str, content: bytes) -> str:
    return client.post("/signatures/", {"file": SimpleUploadedFile(name, content)}).content.decode()
