"""The International Patient Summary of a person: `Patient/<id>/$summary` (HL7 IPS; the operation of its guide).

Required sections are there even where nothing is known, and say so; the others where there is something. What each section
takes, and the newest of what is told again and again, is in `summary_sections.py`. Runs inside `core.access.reading.read`.
"""

from datetime import datetime, timedelta, timezone
from hashlib import sha256
from html import escape
from typing import Any

import orjson

from hoso.core.access.policy import Scope
from hoso.engines.documents.layouts import layouts
from hoso.engines.people import queries as people
from hoso.engines.records.drafts import uuid8
from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.papers.bundling import IPS_BUNDLE, document_bundle
from hoso.engines.records.papers.document import Document, Section, Sheet
from hoso.engines.records.papers.leaving import May, everything_seen, leaving_rows, without_traces
from hoso.engines.records.papers.summary_sections import SECTIONS, Chosen
from hoso.engines.records.papers.who import is_synthetic, person_words
from hoso.engines.records.reading import StoredResource

LAYOUT, LOINC = "patient_summary", "http://loinc.org"
SUMMARY_TYPE = "60591-5"
COMPOSITION_PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips"
EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
NOTHING = "Không có thông tin. (No information.)"
VIETNAM = timezone(timedelta(hours=7))


def patient_summary(scope: Scope, patient_id: str, base: str, may: May = everything_seen) -> Document | None:
    """The summary of whom a Patient id names; None for nobody in this scope."""
    person_id = people.person_id_of(scope, patient_id) if "\0" not in patient_id else None
    if person_id is None:
        return None
    types = {"Patient"} | {kind for one in SECTIONS for kind in one.types}
    rows = leaving_rows(scope, person_id, types & record_types(), may)
    patient = next((one for one in rows if (one.type, one.id) == ("Patient", patient_id)), None)
    if patient is None:
        return None
    displays = Displays.of(rows)
    chosen = [part for one in SECTIONS if (part := one.choose(rows, displays)).resources or one.required]
    resources = list({one.id: one for part in chosen for one in part.resources}.values())
    moment = max(one.last_updated for one in (patient, *resources))
    leaving = {(one.type, one.id) for one in (patient, *resources)}
    house = _house()
    composition = _composition(patient_id, moment, chosen, resources)
    entries = [
        (f"Composition/{composition['id']}", orjson.dumps(composition)),
        (f"Patient/{patient_id}", patient.served()),
        (f"Device/{house['id']}", orjson.dumps(house)),
        *((f"{one.type}/{one.id}", without_traces(one, leaving)) for one in resources),
    ]
    return Document(
        person_id, f"Patient/{patient_id}/$summary", LAYOUT, _sheet(patient, moment, chosen),
        document_bundle(base, moment, entries, IPS_BUNDLE),
    )  # fmt: skip


def _house() -> dict[str, Any]:
    """The author: this software, which chose and arranged, and judged nothing."""
    name = "HoSo"
    return {
        "resourceType": "Device", "id": uuid8(datetime(2026, 1, 1, tzinfo=VIETNAM), "device", name),
        "deviceName": [{"name": name, "type": "manufacturer-name"}],
    }  # fmt: skip


def _composition(
    patient_id: str, moment: datetime, chosen: list[Chosen], resources: list[StoredResource]
) -> dict[str, Any]:
    versions = sha256(repr([(one.type, one.id, one.version) for one in resources]).encode()).hexdigest()
    return {
        "resourceType": "Composition",
        "id": uuid8(moment, "summary", patient_id, versions),
        "meta": {"profile": [COMPOSITION_PROFILE]},
        "language": "vi-VN",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": SUMMARY_TYPE, "display": "Patient summary Document"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": moment.isoformat(timespec="milliseconds"),
        "author": [{"reference": f"Device/{_house()['id']}"}],
        "title": layouts()[LAYOUT].title[0],
        "section": [_section(one) for one in chosen],
    }


def _section(chosen: Chosen) -> dict[str, Any]:
    one = chosen.section
    section: dict[str, Any] = {
        "title": one.title,
        "code": {"coding": [{"system": LOINC, "code": one.loinc, "display": one.english}]},
        "text": {"status": "generated", "div": _narrative(chosen)},
    }
    if chosen.resources:
        section["entry"] = [{"reference": f"{row.type}/{row.id}"} for row in chosen.resources]
    else:
        section["emptyReason"] = {"coding": [{"system": EMPTY_REASON, "code": "unavailable"}], "text": NOTHING}
    return section


def _narrative(chosen: Chosen) -> str:
    if not chosen.rows:
        inner = f"<p>{escape(NOTHING)}</p>"
    else:
        head = "".join(f"<th>{escape(one)}</th>" for one in chosen.section.columns)
        lines = "".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in chosen.rows)
        inner = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'


def _sheet(patient: StoredResource, moment: datetime, chosen: list[Chosen]) -> Sheet:
    return Sheet(
        title=layouts()[LAYOUT].title[0],
        date=moment.astimezone(VIETNAM).strftime("%d/%m/%Y"),
        person=person_words(patient.content()),
        facility={"code": "", "name": ""},
        synthetic=is_synthetic(patient),
        sections=tuple(
            Section(one.section.title, one.section.english, "" if one.rows else NOTHING, one.section.columns, one.section.widths, one.rows)
            for one in chosen
        ),
    )  # fmt: skip
