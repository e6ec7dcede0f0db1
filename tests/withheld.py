"""Pairs of persons who differ in what is withheld alone, by the way it came: labelled, in a package, by FHIR."""

from django.test import Client

from hoso.core.access.labels import mask_of
from hoso.engines.records.resource_types import name_of
from tests.claim_packages import Claim, sample_3176
from tests.conformance.fhir_writing import software
from tests.intaking import Intake, as_service, one, person_of, rows, sign_in
from tests.side_channels import ELSEWHERE, HOSPITAL, Twins, client_of, later, other_person, shared_with, twins_of

CASES = ("labelled", "arrived_main", "arrived_beside", "written", "violence")


def _label(encounter: str, label: str) -> None:
    """Every row of the visit, as intake would have labelled it."""
    with as_service() as cursor:
        cursor.execute(
            "UPDATE records_resource SET sensitivity = %s WHERE encounter = %s", [mask_of([label]), encounter]
        )
        assert cursor.rowcount > 5
        cursor.execute(
            "UPDATE people_statement SET sensitivity = %s WHERE encounter = %s", [mask_of([label]), encounter]
        )
        for table in ("records_location", "records_token"):
            cursor.execute(
                f"UPDATE {table} SET sensitivity = %s WHERE (type, id) IN (SELECT type, id FROM records_resource WHERE encounter = %s)",
                [mask_of([label]), encounter],
            )


def _hidden(ma_lk: str, of_labels: bool = False) -> tuple[tuple[str, str], ...]:
    """(type, id) of what was filed of the visit; with `of_labels` of its labelled resources alone."""
    found = rows(
        "SELECT r.type, r.id FROM records_resource r JOIN intake_visit v ON v.encounter = r.encounter"
        " WHERE v.ma_lk = %s AND (r.sensitivity <> 0 OR NOT %s) ORDER BY 1, 2", ma_lk, of_labels,
    )  # fmt: skip
    assert found
    return tuple((name_of(number), id_) for number, id_ in found)


def _two_visits(intake: Intake, **hidden: str) -> None:
    claim = sample_3176()
    intake.file(claim, other_person(claim, "SYN.PLAIN"), later(claim, "SYN.HIDDEN", **hidden), made_on="20250430")


def _labelled(intake: Intake) -> Client:
    _two_visits(intake)
    _label(one("SELECT encounter FROM intake_visit WHERE ma_lk = 'SYN.HIDDEN'"), "hiv")
    return client_of(sign_in("doctor", HOSPITAL))


def _arrived_main(intake: Intake) -> Client:
    """The visit knows a new phone, address and patient number: none of them may show."""
    _two_visits(intake, MA_BENH_CHINH="B20", MA_BN="SYN.OPC.9", DIEN_THOAI="0911222333", DIA_CHI="Địa chỉ khác, Hà Nội")
    return client_of(sign_in("doctor", HOSPITAL))


def _arrived_beside(intake: Intake) -> Client:
    """One stay, with HIV as further illness, a drug for it and a service among the others; beside it one that came
    without texts, which are what such a stay loses."""
    claim = sample_3176()
    with_hiv = claim.with_(MA_BENH_KT="I10;B20", T_TONGCHI_BV="2208500.00", T_BHTT="1714800.00", T_BNCCT="428700.00")
    drug = dict(
        with_hiv.tables[2].rows[0], STT="3", TEN_THUOC="Dolutegravir 50mg", MA_THUOC="05C.77", THANH_TIEN_BV="500000.00",
        T_BHTT="400000.00", T_BNCCT="100000.00",
    )  # fmt: skip
    with_hiv.tables[2].rows.insert(1, drug)
    intake.file(with_hiv, _without_texts(other_person(claim, "SYN.PLAIN")), made_on="20250430")
    return client_of(sign_in("doctor", HOSPITAL))


def _without_texts(claim: Claim) -> Claim:
    other = claim.with_(LY_DO_VV="", LY_DO_VNT="", CHAN_DOAN_VAO="", CHAN_DOAN_RV="", PP_DIEU_TRI="", GHI_CHU="").only(
        1, 2, 3, 4
    )
    for table in (2, 4):
        for row in other.tables[table].rows:
            row.update({name: "" for name in ("CACH_DUNG", "MO_TA", "KET_LUAN") if name in row})
    return other


def _violence(intake: Intake) -> Client:
    _two_visits(intake, MA_BENH_KT="I10;T74.1")
    account = sign_in("doctor", ELSEWHERE)
    shared_with(account, person_of("SYN3176.0000001"), person_of("SYN.PLAIN"))
    return client_of(account)


def _written(intake: Intake) -> Client:
    """The visit, its illness, a result and a medicine come from other software, which names numbers that nobody else knows."""
    claim = sample_3176()
    intake.file(claim, other_person(claim, "SYN.PLAIN"), made_on="20250430")
    patient = one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of(claim.ma_lk))
    sender, subject = software(), {"reference": f"Patient/{patient}"}
    label = {"meta": {"security": [{"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "hiv"}]}}
    visit = sender.created(
        {
            "resourceType": "Encounter", "status": "finished", "subject": subject, **label,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "identifier": [{"system": "https://hoso.vn/fhir/sid/ma-lk", "value": "SYN.HIDDEN"}],
            "period": {"start": "2025-04-05T08:00:00+07:00", "end": "2025-04-05T10:00:00+07:00"},
            "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": HOSPITAL}},
        }
    )  # fmt: skip
    of_visit = {"subject": subject, "encounter": {"reference": f"Encounter/{visit['id']}"}}
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}], "text": "Bệnh do HIV"}
    sender.created({"resourceType": "Condition", "code": coded, **of_visit})
    when = "2025-04-05T09:00:00+07:00"
    sender.created(
        {"resourceType": "Observation", "status": "final", "code": {"text": "Tải lượng HIV"}, "effectiveDateTime": when,
         **of_visit}
    )  # fmt: skip
    sender.created(
        {"resourceType": "MedicationRequest", "status": "completed", "intent": "order", "authoredOn": when,
         "medicationCodeableConcept": {"text": "Dolutegravir 50mg"}, **of_visit}
    )  # fmt: skip
    return client_of(sign_in("doctor", HOSPITAL))


_MADE = {
    "labelled": _labelled, "arrived_main": _arrived_main, "arrived_beside": _arrived_beside, "written": _written,
    "violence": _violence,
}  # fmt: skip


def withheld_twins(case: str, intake: Intake) -> Twins:
    """File the pair of the case; their asker may see the one visit that both have, and no other."""
    client = _MADE[case](intake)
    first = "SYN3176.0000001"
    if case == "written":
        hidden = _labelled_of(person_of(first))
    else:
        hidden = _hidden(first, True) if case == "arrived_beside" else _hidden("SYN.HIDDEN")
    return twins_of(client, first, "SYN.PLAIN", hidden)


def _labelled_of(person_id: int) -> tuple[tuple[str, str], ...]:
    found = rows(
        "SELECT type, id FROM records_resource WHERE person_id = %s AND sensitivity <> 0 ORDER BY 1, 2", person_id
    )
    assert len(found) >= 4
    return tuple((name_of(number), id_) for number, id_ in found)
