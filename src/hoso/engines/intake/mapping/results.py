"""XML4 to Observation, and DiagnosticReport over the lines of one service."""

from hoso.engines.intake.mapping.elements import (
    CODE_SYSTEM,
    Element,
    concept,
    first,
    known,
    local,
    practitioner,
    quantity,
    time,
)
from hoso.engines.intake.mapping.visit import MappingVisit
from hoso.engines.intake.sent import Values

INDICATOR = CODE_SYSTEM + "ma-chi-so"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
UNKNOWN = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def map_results(visit: MappingVisit) -> None:
    """File each result line as an Observation and one report for each service and time."""
    reports: dict[tuple[str, str], list[tuple[int, str, Values, str]]] = {}
    for line, key, values in visit.lines(4):
        code = indicator_code(values)
        id_ = visit.add("Observation", 4, line, key, _observation(visit, values, code), values.get("NGAY_KQ", ""))
        reports.setdefault((values.get("MA_DICH_VU", ""), values.get("NGAY_KQ", "")), []).append(
            (line, key, values, id_)
        )
    for (service, when), rows in reports.items():
        line, key, _, _ = rows[0]
        visit.add("DiagnosticReport", 4, line, f"report:{key}", _report(visit, service, when, rows), when)


def indicator_code(values: Values) -> str:
    """The indicator's code, or its service's where the line is a description without indicator (imaging)."""
    return first(values, "MA_CHI_SO", "MA_DICH_VU")


def _observation(visit: MappingVisit, values: Values, code: str) -> Element:
    name = first(values, "TEN_CHI_SO")
    content: Element = {
        "status": "final",
        "category": [concept(CATEGORY, "laboratory" if values.get("MA_CHI_SO") else "imaging")],
        "code": known(concept(INDICATOR, code, name)),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "effectiveDateTime": time(values.get("NGAY_KQ", "")),
        "performer": [doer] if (doer := practitioner(values.get("MA_BS_DOC_KQ", ""))) else None,
        "extension": [_text("service-code", values.get("MA_DICH_VU", "")), _text("machine", values.get("MA_MAY", ""))],
    }
    content["extension"] = [one for one in content["extension"] if one]
    return {**content, **_value(visit, values)}


def _value(visit: MappingVisit, values: Values) -> Element:
    """A number as Quantity, words as string; description and conclusion as notes."""
    sent = values.get("GIA_TRI", "")
    words = [visit.free_text(values.get("MO_TA", "")), visit.free_text(values.get("KET_LUAN", ""))]
    content: Element = {
        "note": [_note(kind, text) for kind, text in zip(("description", "conclusion"), words, strict=True) if text]
    }
    number = quantity(sent, values.get("DON_VI_DO", ""))
    if number:
        content["valueQuantity"] = number
    elif sent:
        content["valueString"] = sent
    elif not content["note"]:
        content["dataAbsentReason"] = concept(UNKNOWN, "unknown")
    return content


def _note(kind: str, text: str) -> Element:
    return {
        "extension": [{"url": "https://hoso.vn/fhir/StructureDefinition/note-kind", "valueCode": kind}],
        "text": text,
    }


def _text(name: str, text: str) -> Element:
    return {"url": f"https://hoso.vn/fhir/StructureDefinition/{name}", "valueString": text} if text else {}


def _report(visit: MappingVisit, service: str, when: str, rows: list[tuple[int, str, Values, str]]) -> Element:
    conclusions = [visit.free_text(values.get("KET_LUAN", "")) for _, _, values, _ in rows]
    return {
        "status": "final",
        "code": local("ma-dich-vu", service, "" if service else "-"),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "effectiveDateTime": time(when),
        "performer": [visit.facility()],
        "result": [{"reference": f"Observation/{id_}"} for _, _, _, id_ in rows],
        "conclusion": "; ".join(text for text in conclusions if text),
    }
