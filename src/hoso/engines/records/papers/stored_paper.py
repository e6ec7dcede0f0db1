"""A paper of a visit (a stored Composition) as a document: discharge paper, summary, transfer and the rest.

`Composition/<id>/$document` (R4, operation Composition-document). Runs inside `core.access.reading.read`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree, html

from hoso.core.access.policy import Scope
from hoso.engines.documents.layouts import layout_for
from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.fhir.interactions import person_of
from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import Element, code_of
from hoso.engines.records.papers.bundling import document_bundle
from hoso.engines.records.papers.document import Document, Section, Sheet
from hoso.engines.records.papers.leaving import Key, May, everything_seen, leaving_rows, without_traces
from hoso.engines.records.papers.who import day_words, facility_words, is_synthetic, person_words
from hoso.engines.records.reading import StoredResource

EXCHANGE_FIELD = "https://hoso.vn/fhir/CodeSystem/exchange-field"
_BLOCKS = "p div li tr br h1 h2 h3 h4 table ul ol"


def paper_document(scope: Scope, composition_id: str, base: str, may: May = everything_seen) -> Document | None:
    """The document of one Composition; None where there is none that may leave in this scope."""
    person_id = person_of("Composition", composition_id) if "\0" not in composition_id else None
    if not person_id:
        return None
    rows = {(one.type, one.id): one for one in leaving_rows(scope, person_id, record_types(), may)}
    paper = rows.get(("Composition", composition_id))
    if paper is None:
        return None
    patients = [key for key in (*_named(paper.content().get("subject")), *rows) if key[0] == "Patient" and key in rows]
    if not patients:
        return None
    patient = rows[patients[0]]
    entries = _entries(paper, rows)
    moment = max(one.last_updated for one in entries)
    content = paper.content()
    layout = layout_for(code_of(content.get("type")))
    bundle = document_bundle(
        base, moment, [(f"{one.type}/{one.id}", without_traces(one, rows.keys())) for one in entries]
    )
    return Document(
        person_id, f"Composition/{composition_id}", layout.key, _sheet(content, entries, patient, rows.values()), bundle
    )


def _entries(paper: StoredResource, rows: dict[Key, StoredResource]) -> list[StoredResource]:
    """The paper, then everything that it names, and what that names, in the order of the naming; each once."""
    found = {(paper.type, paper.id): paper}
    waiting = [paper]
    while waiting:
        for key in _named(waiting.pop(0).content()):
            if key in rows and key not in found:
                found[key] = rows[key]
                waiting.append(rows[key])
    return list(found.values())


def _named(element: Any) -> Iterator[Key]:
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            kind, _, id_ = element["reference"].partition("/_history/")[0].rpartition("/")
            yield kind, id_
        for value in element.values():
            yield from _named(value)
    elif isinstance(element, list):
        for value in element:
            yield from _named(value)


def _sheet(
    content: Element, entries: list[StoredResource], patient: StoredResource, record: Iterable[StoredResource]
) -> Sheet:
    displays = Displays.of(entries)
    visit = next((one for one in entries if one.type == "Encounter"), None)
    cards = [
        one.content().get("subscriberId", "")
        for one in record
        if one.type == "Coverage" and visit and one.encounter == visit.id
    ]
    department = code_of(visit.content().get("serviceType")) if visit else ""
    sections = tuple(_sections(content.get("section", ())))
    return Sheet(
        title=str(content.get("title", "")),
        date=day_words(str(content.get("date", ""))),
        person=person_words(patient.content(), next(iter(cards), "")),
        facility=facility_words((content.get("author") or [{}])[0], displays),
        department=displays.own("ma-khoa", department) or department,
        synthetic=is_synthetic(patient),
        fields=_fields(content.get("section", ())),
        sections=sections,
    )


def _fields(sections: Iterable[Element]) -> dict[str, str]:
    return {
        coding["code"]: words(section.get("text", {}).get("div", ""))
        for section in sections
        for coding in section.get("code", {}).get("coding", ())
        if coding.get("system") == EXCHANGE_FIELD
    }


def _sections(given: Iterable[Element]) -> Iterator[Section]:
    for one in given:
        title = str(one.get("title", "")) or str(one.get("code", {}).get("text", ""))
        text = words(one.get("text", {}).get("div", ""))
        if title or text:
            yield Section(title, text=text)
        yield from _sections(one.get("section", ()))


def words(div: str) -> str:
    """The words of a narrative, a line for each of its blocks; nothing of it is ever markup again."""
    if not div.strip():
        return ""
    try:
        tree = html.fromstring(div)
    except (etree.ParserError, ValueError):
        return ""
    for one in tree.iter(*_BLOCKS.split()):
        one.tail = "\n" + (one.tail or "")
    lines = [" ".join(line.split()) for line in "".join(map(str, tree.itertext())).split("\n")]
    return "\n".join(line for line in lines if line)
