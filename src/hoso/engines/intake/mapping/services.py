"""XML3 to ServiceRequest (laboratory, imaging, functional tests), Procedure (surgery, procedures) and ChargeItem
(examination, bed, supplies, transport): MA_NHOM of QĐ 5937/QĐ-BYT annex 3 decides."""

from hoso.engines.intake.mapping.elements import (
    EXTENSION,
    Element,
    first,
    known,
    local,
    practitioner,
    quantity,
    split_codes,
    time,
    without_empty,
)
from hoso.engines.intake.mapping.visit import MappingVisit
from hoso.engines.intake.sent import Values

TESTS = frozenset({"1", "2", "3"})
PROCEDURES = frozenset({"8", "9", "18", "19"})


def map_services(visit: MappingVisit) -> None:
    """File every service, bed and supply line."""
    for line, key, values in visit.lines(3):
        kind = resource_kind(values)
        content = {"ServiceRequest": _request, "Procedure": _procedure, "ChargeItem": _charge}[kind](visit, values)
        visit.add(kind, 3, line, key, content, values.get("NGAY_YL", ""))


def resource_kind(values: Values) -> str:
    group = values.get("MA_NHOM", "")
    if group in TESTS:
        return "ServiceRequest"
    return "Procedure" if group in PROCEDURES else "ChargeItem"


def service_code(values: Values) -> str:
    return first(values, "MA_DICH_VU", "MA_VAT_TU")


def _list(values: Values) -> str:
    return "ma-dich-vu" if values.get("MA_DICH_VU") else "ma-vat-tu"


def _code(values: Values) -> Element:
    return local(_list(values), service_code(values), first(values, "TEN_DICH_VU", "TEN_VAT_TU"))


def _extensions(values: Values) -> list[Element]:
    texts = {
        "service-group": values.get("MA_NHOM", ""),
        "unit": values.get("DON_VI_TINH", ""),
        "bed": values.get("MA_GIUONG", ""),
        "machine": values.get("MA_MAY", ""),
        "finished": time(values.get("NGAY_KQ", "")) or "",
    }
    return [{"url": EXTENSION + name, "valueString": text} for name, text in texts.items() if text]


def _request(visit: MappingVisit, values: Values) -> Element:
    return {
        "status": "completed",
        "intent": "order",
        "code": _code(values),
        "quantityQuantity": quantity(values.get("SO_LUONG", ""), values.get("DON_VI_TINH", "")),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "authoredOn": time(values.get("NGAY_YL", "")),
        "requester": practitioner(values.get("MA_BAC_SI", "")),
        "performer": [doer] if (doer := practitioner(values.get("NGUOI_THUC_HIEN", ""))) else None,
        "extension": _extensions(values),
    }


def _procedure(visit: MappingVisit, values: Values) -> Element:
    start = time(first(values, "NGAY_TH_YL", "NGAY_YL"))
    doer = practitioner(first(values, "NGUOI_THUC_HIEN", "MA_BAC_SI"))
    icd9 = [
        {"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": one} for one in split_codes(values.get("MA_PTTT_QT", ""))
    ]
    code = _code(values)
    if icd9:
        code["coding"] = [*code.get("coding", []), *icd9]
    return {
        "status": "completed",
        "code": code,
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "performedPeriod": without_empty({"start": start, "end": time(values.get("NGAY_KQ", ""))}),
        "performer": [{"actor": doer}] if doer else None,
        "extension": [*_extensions(values), *_amount(values)],
    }


def _amount(values: Values) -> list[Element]:
    amount = quantity(values.get("SO_LUONG", ""), values.get("DON_VI_TINH", ""))
    return [{"url": EXTENSION + "quantity", "valueQuantity": amount}] if amount else []


def _charge(visit: MappingVisit, values: Values) -> Element:
    return {
        "status": "billed",
        "code": known(_code(values)),
        "subject": visit.subject(),
        "context": visit.encounter_reference(),
        "occurrenceDateTime": time(values.get("NGAY_YL", "")),
        "enterer": practitioner(values.get("MA_BAC_SI", "")),
        "quantity": quantity(values.get("SO_LUONG", ""), values.get("DON_VI_TINH", "")),
        "extension": _extensions(values),
    }
