"""XML2 to MedicationRequest."""

from hoso.engines.intake.mapping.elements import (
    Element,
    first,
    known,
    local,
    practitioner,
    quantity,
    time,
    without_empty,
)
from hoso.engines.intake.mapping.visit import MappingVisit
from hoso.engines.intake.sent import Values

SYSTEM = "https://hoso.vn/fhir/CodeSystem/ma-thuoc"


def map_medications(visit: MappingVisit) -> None:
    """File every drug line."""
    for line, key, values in visit.lines(2):
        visit.add("MedicationRequest", 2, line, key, _request(visit, values), values.get("NGAY_YL", ""))


def _request(visit: MappingVisit, values: Values) -> Element:
    extensions = {
        "drug-strength": values.get("HAM_LUONG", ""),
        "drug-form": values.get("DANG_BAO_CHE", ""),
        "drug-registration": values.get("SO_DANG_KY", ""),
        "drug-group": values.get("MA_NHOM", ""),
        "instruction": visit.free_text(values.get("CACH_DUNG", "")),
    }
    return {
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": known(local("ma-thuoc", values.get("MA_THUOC", ""), values.get("TEN_THUOC", ""))),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "authoredOn": time(values.get("NGAY_YL", "")),
        "requester": practitioner(values.get("MA_BAC_SI", "")),
        "dosageInstruction": [_dosage(values)],
        "dispenseRequest": {"quantity": amount}
        if (amount := quantity(values.get("SO_LUONG", ""), values.get("DON_VI_TINH", "")))
        else None,
        "extension": [
            {"url": f"https://hoso.vn/fhir/StructureDefinition/{name}", "valueString": text}
            for name, text in extensions.items()
            if text
        ],
    }


def _dosage(values: Values) -> Element:
    return without_empty(
        {"text": first(values, "LIEU_DUNG") or "-", "route": local("duong-dung", values.get("DUONG_DUNG", ""))}
    )
