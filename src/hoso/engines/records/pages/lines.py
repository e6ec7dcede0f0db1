"""Drugs, services, results and course as lines of a visit's page."""

from typing import Any

from hoso.engines.records.models import CourseNote, MedicationLine, ResultLine, ServiceLine
from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import Element, code_of, extension, licence_of, moment, number, words
from hoso.engines.records.reading import StoredResource


def medication_line(row: StoredResource, displays: Displays) -> MedicationLine:
    """A MedicationRequest."""
    content = row.content()
    concept = content.get("medicationCodeableConcept", {})
    dosage = (content.get("dosageInstruction") or [{}])[0]
    amount = content.get("dispenseRequest", {}).get("quantity", {})
    route = code_of(dosage.get("route"))
    return MedicationLine(
        name=concept.get("text", "") or code_of(concept),
        code=code_of(concept),
        strength=words(content, "drug-strength"),
        dose=dosage.get("text", ""),
        route=displays.own("duong-dung", route) or route,
        quantity=number(amount.get("value")),
        unit=amount.get("unit", ""),
        ordered=moment(content.get("authoredOn")),
        prescriber=licence_of(content.get("requester")),
    )


def service_line(row: StoredResource, displays: Displays) -> ServiceLine:
    """A ServiceRequest, Procedure or ChargeItem."""
    content = row.content()
    concept = content.get("code", {})
    amount = content.get("quantityQuantity") or content.get("quantity") or extension(content, "quantity") or {}
    group = words(content, "service-group")
    ordered = (
        content.get("authoredOn")
        or content.get("occurrenceDateTime")
        or content.get("performedPeriod", {}).get("start")
    )
    return ServiceLine(
        name=concept.get("text", "") or code_of(concept),
        code=code_of(concept),
        group=displays.own("ma-nhom", group) or group,
        kind=row.type,
        quantity=number(amount.get("value")),
        unit=amount.get("unit", "") or words(content, "unit"),
        ordered=moment(ordered),
        finished=moment(words(content, "finished")),
        performer=_performer(content),
    )


def _performer(content: Element) -> str:
    performers: list[Any] = content.get("performer") or []
    first = performers[0] if performers else content.get("requester") or content.get("enterer")
    return licence_of(first.get("actor", first) if first else None)


def result_line(row: StoredResource) -> ResultLine:
    """An Observation; low and high come with reference ranges, which the exchange decisions do not carry."""
    content = row.content()
    quantity = content.get("valueQuantity", {})
    notes = {_note_kind(one): one.get("text", "") for one in content.get("note", ())}
    value = quantity.get("value")
    reference = (content.get("referenceRange") or [{}])[0]
    return ResultLine(
        name=content["code"].get("text", "") or code_of(content["code"]),
        code=code_of(content["code"]),
        value=str(value) if value is not None else content.get("valueString", ""),
        number=number(value),
        unit=quantity.get("unit", ""),
        low=number(reference.get("low", {}).get("value")),
        high=number(reference.get("high", {}).get("value")),
        taken=moment(content.get("effectiveDateTime")),
        description=notes.get("description", ""),
        conclusion=notes.get("conclusion", ""),
        service_code=words(content, "service-code"),
    )


def _note_kind(note: Element) -> str:
    return str(extension(note, "note-kind") or "description")


def course_note(row: StoredResource) -> CourseNote:
    """A ClinicalImpression."""
    content = row.content()
    return CourseNote(
        written=moment(content.get("date")),
        text=content.get("description", ""),
        stage=words(content, "course-stage"),
        consultation=words(content, "course-consultation"),
        surgery=words(content, "course-surgery"),
        author=licence_of(content.get("assessor")),
    )
