"""An Encounter as a line of the timeline and as the head of a visit's page."""

from collections.abc import Container
from dataclasses import dataclass

from hoso.engines.records.models import Coded, TimelineVisit
from hoso.engines.records.pages.displays import ICD10, Displays
from hoso.engines.records.pages.elements import Element, code_of, extension, moment, number, words
from hoso.engines.records.reading import StoredResource


@dataclass(frozen=True)
class VisitFacts:
    reason: str
    admission_diagnosis: str
    discharge_diagnosis: str
    decision: str


def timeline_visit(row: StoredResource, displays: Displays, marked: Container[str | None] = ()) -> TimelineVisit:
    """One Encounter for the timeline; `marked`: the visits that the asker may know to be withheld in part."""
    content = row.content()
    period = content.get("period", {})
    kind = code_of((content.get("type") or [{}])[0])
    facility = str(content.get("serviceProvider", {}).get("identifier", {}).get("value", ""))
    department = code_of(content.get("serviceType"))
    return TimelineVisit(
        encounter=row.id,
        started=moment(period.get("start")) or row.happened,
        ended=moment(period.get("end")),
        kind=content.get("class", {}).get("code", ""),
        kind_text=displays.own("ma-loai-kcb", kind.zfill(2)) or displays.own("ma-loai-kcb", kind),
        facility_name=displays.facilities.get(facility) or facility,
        department=displays.own("ma-khoa", department) or department,
        diagnoses=_diagnoses(content, displays),
        outcome=_outcome(content, displays),
        total_cost=number(extension(content, "total-cost")),
        withheld=extension(content, "content-withheld") is True or row.id in marked,
        version=row.version,
    )


def visit_facts(row: StoredResource) -> VisitFacts:
    content = row.content()
    said = next((reason["text"] for reason in content.get("reasonCode", ()) if "coding" not in reason), "")
    return VisitFacts(
        words(content, "reason-for-visit"),
        words(content, "admission-diagnosis"),
        said,
        words(content, "exchange-decision"),
    )


def _diagnoses(content: Element, displays: Displays) -> tuple[Coded, ...]:
    codes = [
        coding["code"]
        for reason in content.get("reasonCode", ())
        for coding in reason.get("coding", ())
        if coding.get("system") == ICD10
    ]
    return tuple(Coded(code, displays.icd10(code)) for code in codes)


def _outcome(content: Element, displays: Displays) -> str:
    codings = content.get("hospitalization", {}).get("dischargeDisposition", {}).get("coding", ())
    texts = [displays.text(coding.get("system", ""), coding.get("code", "")) for coding in codings]
    return "; ".join(text for text in texts if text)
