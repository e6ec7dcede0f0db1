"""XML1 to Encounter, Condition and Coverage."""

from hoso.engines.intake.mapping.elements import (
    ICD10,
    IDENTIFIER,
    Element,
    concept,
    decimal,
    first,
    local,
    split_codes,
    time,
    without_empty,
)
from hoso.engines.intake.mapping.visit import LINE_TOTAL, MappingVisit
from hoso.engines.intake.sent import Values
from hoso.engines.records.sensitivity import mask_for_icd10

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
DIAGNOSIS_ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
# MA_LOAI_KCB that are stays in a bed; 4210 writes one digit (codes.yaml).
INPATIENT = frozenset({"3", "03", "04", "06", "09"})
HOME, VIRTUAL = "12", "14"
EMERGENCY_4210 = "2"  # MA_LYDO_VVIEN
CONTENT_WITHHELD = "content-withheld"
WITHHELD = {"url": "https://hoso.vn/fhir/StructureDefinition/content-withheld", "valueBoolean": True}


def map_encounter(visit: MappingVisit, hidden: int) -> None:
    """File the visit itself; diagnoses whose label is in `hidden` stay out."""
    values = visit.summary
    codes = [code for code in diagnosis_codes(values) if not mask_for_icd10([code]) & hidden]
    conditions = [_condition(visit, code, rank) for rank, code in enumerate(codes, start=1)]
    main = first(values, "MA_BENH_CHINH", "MA_BENH")
    uses = [
        {"condition": {"reference": f"Condition/{id_}"}, "use": concept(DIAGNOSIS_ROLE, "DD" if code == main else "CM")}
        for id_, code in zip(conditions, codes, strict=True)
    ]
    visit.add("Encounter", 1, 1, "1", _encounter(visit, values, codes, uses), values.get("NGAY_VAO", ""))
    _coverage(visit, values)


def map_withheld_encounter(visit: MappingVisit) -> None:
    """A visit withheld whole leaves the day it happened and that something is kept back: no place, no reason, no cost.

    It carries the labels of what is kept back: whoever may see those knows a gap from what is hidden, and nobody else
    learns of the visit (docs/decisions/0062-the-mark-of-what-is-withheld.md).
    """
    day = (time(visit.summary.get("NGAY_VAO", "")) or "")[:10]
    content: Element = {
        "status": "unknown",
        "class": {"system": ACT_CODE, "code": "AMB"},
        "subject": visit.subject(),
        "period": {"start": day},
        "extension": [WITHHELD],
    }
    visit.add_shell("Encounter", content, visit.summary.get("NGAY_VAO", "")[:8], visit.mark)


def mark_withheld(visit: MappingVisit) -> None:
    """Say beside a visit that some of it is kept back, to those who may see the labels of that."""
    if visit.mark:
        content: Element = {
            "status": "active",
            "code": {"coding": [{"system": "https://hoso.vn/fhir/CodeSystem/flag", "code": CONTENT_WITHHELD}]},
            "subject": visit.subject(),
            "encounter": visit.encounter_reference(),
        }
        visit.add_shell("Flag", content, visit.summary.get("NGAY_VAO", ""), visit.mark)


def diagnosis_codes(values: Values) -> list[str]:
    """ICD-10 codes of XML1, main diagnosis first, each once."""
    codes = [
        *split_codes(first(values, "MA_BENH_CHINH", "MA_BENH")),
        *split_codes(first(values, "MA_BENH_KT", "MA_BENHKHAC")),
    ]
    return list(dict.fromkeys(codes))


def encounter_class(values: Values) -> str:
    kind = values.get("MA_LOAI_KCB", "")
    if kind in INPATIENT:
        return "IMP"
    if values.get("MA_LYDO_VVIEN") == EMERGENCY_4210 or values.get("MA_DOITUONG_KCB", "").startswith("2"):
        return "EMER"
    return {HOME: "HH", VIRTUAL: "VR"}.get(kind, "AMB")


def _encounter(visit: MappingVisit, values: Values, codes: list[str], uses: list[Element]) -> Element:
    text = visit.free_text(first(values, "CHAN_DOAN_RV", "TEN_BENH"))
    reasons = [concept(ICD10, code) for code in codes]
    return {
        "identifier": [{"system": f"{IDENTIFIER}ma-lk/{visit.facility_code}", "value": visit.ma_lk}],
        "status": "finished",
        "class": {"system": ACT_CODE, "code": encounter_class(values)},
        "type": [local("ma-loai-kcb", kind)] if (kind := values.get("MA_LOAI_KCB", "")) else None,
        "serviceType": local("ma-khoa", split_codes(values.get("MA_KHOA", ""))[-1]) if values.get("MA_KHOA") else None,
        "subject": visit.subject(),
        "period": without_empty({"start": time(values.get("NGAY_VAO", "")), "end": time(values.get("NGAY_RA", ""))}),
        "reasonCode": [*reasons, *([{"text": text}] if text else [])],
        "diagnosis": uses,
        "hospitalization": _outcome(values),
        "serviceProvider": visit.facility(),
        "extension": _facts(visit, values),
    }


def _outcome(values: Values) -> Element | None:
    outcome = values.get("KET_QUA_DTRI", "")
    leaving = first(values, "MA_LOAI_RV", "TINH_TRANG_RV")
    coding = []
    if outcome:
        coding.append(local("ket-qua-dtri", outcome)["coding"][0])
    if leaving:
        coding.append(local("ma-loai-rv" if "MA_LOAI_RV" in values else "tinh-trang-rv-4210", leaving)["coding"][0])
    return {"dischargeDisposition": {"coding": coding}} if coding else None


def _facts(visit: MappingVisit, values: Values) -> list[Element]:
    """What R4's Encounter has no element for."""
    texts = {
        "reason-for-visit": visit.free_text(values.get("LY_DO_VV", "")),
        "admission-diagnosis": visit.free_text(values.get("CHAN_DOAN_VAO", "")),
        "treatment-method": visit.free_text(values.get("PP_DIEU_TRI", "")),
        "visit-note": visit.free_text(values.get("GHI_CHU", "")),
        "patient-category": first(values, "MA_DOITUONG_KCB", "MA_LYDO_VVIEN"),
        "accident-kind": values.get("MA_TAI_NAN", ""),
        "exchange-decision": visit.decision,
    }
    facts: list[Element] = [{"url": _url(name), "valueString": text} for name, text in texts.items() if text]
    numbers = {
        "weight-kg": values.get("CAN_NANG", ""),
        "treatment-days": values.get("SO_NGAY_DTRI", ""),
        "total-cost": visit.less_withheld(first(values, "T_TONGCHI_BV", "T_TONGCHI"), *LINE_TOTAL),
    }
    for name, text in numbers.items():
        if (number := decimal(text)) is not None:
            facts.append({"url": _url(name), "valueDecimal": number})
    return facts


def _url(name: str) -> str:
    return f"https://hoso.vn/fhir/StructureDefinition/{name}"


def _condition(visit: MappingVisit, code: str, rank: int) -> str:
    values = visit.summary
    content: Element = {
        "clinicalStatus": concept(CLINICAL_STATUS, "active"),
        "category": [concept(CONDITION_CATEGORY, "encounter-diagnosis")],
        "code": concept(ICD10, code),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "recordedDate": time(first(values, "NGAY_RA", "NGAY_VAO")),
    }
    return visit.add(
        "Condition",
        1,
        1,
        f"dx:{code}",
        content,
        values.get("NGAY_VAO", ""),
    )


def _coverage(visit: MappingVisit, values: Values) -> None:
    cards = split_codes(first(values, "MA_THE_BHYT", "MA_THE"))
    starts, ends = split_codes(values.get("GT_THE_TU", "")), split_codes(values.get("GT_THE_DEN", ""))
    for place, card in enumerate(cards):
        start = time(starts[place]) if place < len(starts) else None
        end = time(ends[place]) if place < len(ends) else None
        content: Element = {
            "status": "active",
            "type": local("coverage-kind", "bhyt"),
            "subscriberId": card,
            "beneficiary": visit.subject(),
            "period": without_empty({"start": start, "end": end}),
            "payor": [{"identifier": {"system": IDENTIFIER + "co-quan-bhxh", "value": "BHXH"}}],
            "class": [{"type": local("coverage-class", "ma-dkbd"), "value": registered}]
            if (registered := (split_codes(values.get("MA_DKBD", "")) or [""])[min(place, 0)])
            else None,
        }
        visit.add("Coverage", 1, 1, f"card:{card}", content, values.get("NGAY_VAO", ""))
