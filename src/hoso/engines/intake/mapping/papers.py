"""Papers of a visit (XML7 discharge, 8 summary, 9 birth, 10 and 11 leave, 13 transfer, 14 return) to Composition:
every field with content becomes a section under the name the decision gives it."""

from html import escape

from hoso.engines.intake.exchange import Field, Table, load_decisions
from hoso.engines.intake.mapping.elements import CODE_SYSTEM, EXTENSION, Element, concept, first, time
from hoso.engines.intake.mapping.visit import MappingVisit
from hoso.engines.intake.moments import moment
from hoso.engines.intake.sent import Values

PAPERS = (7, 8, 9, 10, 11, 13, 14)
# Said already by the Encounter, the Patient or the signature.
LEFT_OUT = frozenset(
    {"MA_LK", "STT", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "DIA_CHI", "MA_THE_BHYT", "GT_THE_DEN", "MA_CSKCB", "DU_PHONG"}
)


def map_papers(visit: MappingVisit) -> None:
    """File every paper; they are free text in the main, so none where that is withheld."""
    for number in PAPERS:
        table = load_decisions()[visit.decision].tables.get(number)
        if table:
            for line, key, values in visit.lines(number):
                when = first(values, "NGAY_CT", "NGAY_RA") or visit.summary.get("NGAY_RA", "")
                visit.add("Composition", number, line, key, _composition(visit, table, values, when), when)


def _composition(visit: MappingVisit, table: Table, values: Values, when: str) -> Element:
    title = table.title_vi
    return {
        "status": "final",
        "type": concept(CODE_SYSTEM + "exchange-table", f"XML{table.number}", title),
        "subject": visit.subject(),
        "encounter": visit.encounter_reference(),
        "date": time(when) or visit.id_date.isoformat(),
        "author": [visit.facility()],
        "title": title,
        "section": [
            _section(field, values[field.name])
            for field in table.fields
            if field.name not in LEFT_OUT and values.get(field.name)
        ],
    }


def _section(field: Field, sent: str) -> Element:
    """One field for a reader: dates as they are spoken, codes with their meaning; the value as sent goes with it."""
    spoken = _spoken(field, sent)
    section: Element = {
        "title": field.meaning_vi,
        "code": concept(CODE_SYSTEM + "exchange-field", field.name),
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(spoken)}</div>'},
    }
    if spoken != sent:
        section["extension"] = [{"url": EXTENSION + "as-sent", "valueString": sent}]
    return section


def _spoken(field: Field, sent: str) -> str:
    if field.type == "date" and (found := moment(sent)):
        return found.strftime("%d/%m/%Y" if len(sent) == 8 else "%d/%m/%Y %H:%M")
    meaning = field.codes.get(sent) or field.codes.get(sent.lstrip("0"))
    return f"{meaning} ({sent})" if meaning else sent
