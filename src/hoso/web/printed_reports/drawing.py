"""A report as PDF and as XLSX, from the same words."""

from typing import Any

from django.conf import settings

from hoso.core.errors import HosoError
from hoso.engines.documents.form_sheet import FormRow, FormSheet, form_sheet
from hoso.engines.documents.layouts import layouts
from hoso.engines.documents.typst_pdf import typst_pdf
from hoso.engines.statistics.printed.grid import GridLine, figure_in
from hoso.web.printed_reports.words import LEAD, Printing, as_number

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HAND = ("(Ký, ghi rõ họ tên)", "(Signature, full name)")
BLANK = ("Để trống: chưa báo cáo, khác với số 0.", "Blank: not reported, which is not zero.")
GREY = ("Ô xám: không báo cáo ở đây.", "Grey: nothing is reported here.")
SYNTHETIC = ("DỮ LIỆU TỔNG HỢP – KHÔNG CÓ THẬT", "SYNTHETIC DATA")


def draw(printing: Printing, kind: str) -> tuple[bytes, str]:
    """The file and its media type. Raises HosoError HS9004 for another kind than pdf and xlsx."""
    if kind == "pdf":
        return typst_pdf(layouts()["statistical_report"].path, _paper(printing)), PDF
    if kind == "xlsx":
        return form_sheet(_workbook(printing)), XLSX
    raise HosoError("HS9004", name="file", value=kind[:40])


def is_synthetic() -> bool:
    """Whether the house is the demonstration, all of whose figures are made up."""
    return (settings.HOSO_HOME / "demo").is_dir()


def _paper(printing: Printing) -> dict[str, Any]:
    words = printing.report.words
    title, *heading = printing.filled(words.heading)
    return {
        "language": printing.language, "title": title, "heading": heading, "corner": printing.filled(words.corner),
        "above": printing.say(words.above), "facility": {"name": words.unit_name, "code": ""},
        "synthetic": is_synthetic(), "signature": printing.version, "note": printing.notice, "draft": printing.draft,
        "warning": _warning(printing), "landscape": printing.landscape, "legend": _legend(printing),
        "lead": [{"kind": kind, "title": printing.say(LEAD[kind])} for kind in words.lead],
        "columns": [printing.say(one) for one in words.grid.columns],
        "lines": [_line(printing, line) for line in words.grid.lines],
        "signatures": _signatures(printing), "told": printing.told(),
    }  # fmt: skip


def _line(printing: Printing, line: GridLine) -> dict[str, Any]:
    return {
        "number": line.number, "title": printing.say(line.title), "section": printing.say(line.section),
        "first": line.first, "sum": line.is_sum, "words": line.value == "text",
        "cells": [printing.cell(line, place) if cell else None for place, cell in enumerate(line.cells)],
    }  # fmt: skip


def _legend(printing: Printing) -> str:
    grey = any(not cell for line in printing.report.words.grid.lines for cell in line.cells)
    return f"{printing.say(BLANK)} {printing.say(GREY)}" if grey else printing.say(BLANK)


def _warning(printing: Printing) -> str:
    """That the form was rebuilt, and what is missing of it."""
    if not printing.notice:
        return ""
    return ". ".join(one for one in (printing.notice.capitalize(), printing.say(printing.report.words.missing)) if one)


def _signatures(printing: Printing) -> list[dict[str, str]]:
    """The blocks of the layout: the first is who handed it in, the day stands over the last."""
    name, day = printing.handed_in()
    blocks = printing.report.words.signatures
    return [
        {"title": printing.say(one), "hint": printing.say(HAND), "name": "" if place else name,
         "day": day if place == len(blocks) - 1 else ""}
        for place, one in enumerate(blocks)
    ]  # fmt: skip


def _workbook(printing: Printing) -> FormSheet:
    words = printing.report.words
    title, *heading = printing.filled(words.heading)
    rows = []
    for line in words.grid.lines:
        if section := printing.say(line.section):
            rows.append(FormRow(("", section)[-len(words.lead) :]))
        lead = {"number": line.number, "title": printing.say(line.title)}
        cells = tuple(_figure(printing, line, place) for place in range(len(line.cells)))
        closed = frozenset(place for place, cell in enumerate(line.cells) if not cell)
        rows.append(FormRow(tuple(lead[kind] for kind in words.lead), cells, closed))
    marks = (printing.say(SYNTHETIC) if is_synthetic() else "", printing.draft, _warning(printing))
    name, day = printing.handed_in()
    signed = f"{printing.say(words.signatures[0])}: {name} – {day}" if words.signatures else ""
    return FormSheet(
        words.code.replace("/", "-") or words.form,
        (title, *heading, *printing.filled(words.corner), *(one for one in marks if one)),
        (*(printing.say(LEAD[kind]) for kind in words.lead), *(printing.say(one) for one in words.grid.columns)),
        tuple(rows), (_legend(printing), signed, *printing.told(), printing.version), printing.landscape,
    )  # fmt: skip


def _figure(printing: Printing, line: GridLine, place: int) -> Any:
    text = printing.cell(line, place)
    if not line.cells[place] or not text:
        return None
    number = as_number(line, figure_in(line.cells[place], printing.report.figures))
    return text if number is None else number
