"""A filled report as PDF and as XLSX."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from hoso.core.errors import Language
from hoso.engines.documents.figure_sheet import FigureTable, figure_book
from hoso.engines.documents.layouts import layouts
from hoso.engines.documents.typst_pdf import typst_pdf
from hoso.web.built_reports.filled import FilledReport, Part, Series
from hoso.web.explorer.figure_text import shown
from hoso.web.printed_reports.drawing import PDF, SYNTHETIC, XLSX, is_synthetic
from hoso.web.templatetags.bilingual import spoken

__all__ = ["PDF", "XLSX", "draw_pdf", "draw_xlsx"]
MOST_COLUMNS, MOST_ROWS = 13, 400  # of figures across a sheet of paper; of a table on paper
WIDE = 7  # columns of figures from which the paper lies on its side
OWN_AREA = (
    "Mọi số, kể cả tổng, chỉ gồm địa bàn của người in; ô trống: chưa báo cáo, khác với số 0.",
    "All figures, totals too, are of the printing person's own area only; blank: not reported, which is not zero.",
)


def draw_pdf(report: FilledReport, language: Language, now: datetime) -> bytes:
    """The PDF; the same bytes for the same figures, language and moment."""
    moment = f"{timezone.localtime(now):%d/%m/%Y %H:%M}"
    data = {
        "language": language, "title": report.title, "synthetic": is_synthetic(), "note": "",
        "facility": {"name": report.about, "code": ""}, "signature": f"{report.title} – {report.place}",
        "place": report.place, "period": report.period, "about": report.about,
        "made": spoken((f"Số liệu đến {moment}", f"Figures as of {moment}")), "own_area": spoken(OWN_AREA),
        "landscape": any(len(one.head) - one.lead >= WIDE for one in report.parts),
        "parts": [_paper(one) for one in report.parts],
    }  # fmt: skip
    return typst_pdf(layouts()["built_report"].path, data)


def draw_xlsx(report: FilledReport, language: Language, now: datetime) -> bytes:
    """The first sheet says what it is and has the text, then each question is a sheet with figures as exact numbers."""
    moment = f"{timezone.localtime(now):%d/%m/%Y %H:%M}"
    lines = [report.about, f"{report.place} – {report.period}", moment, spoken(OWN_AREA)]
    lines += [spoken(SYNTHETIC)] if is_synthetic() else []
    tables = []
    for number, one in enumerate(report.parts, 1):
        lines.append(one.text or f"{number}. {one.title}" + (f": {one.withheld}" if one.withheld else ""))
        if one.head:
            lines += [one.left_off] if one.left_off else []
            tables.append(FigureTable(f"{number}. {one.title}", one.head, one.rows))
    return figure_book(
        [FigureTable(spoken(("Báo cáo", "Report")), [report.title], [[line] for line in lines]), *tables]
    )


def _paper(one: Part) -> dict[str, Any]:
    rows = one.rows if len(one.rows) <= MOST_ROWS else [*one.rows[: MOST_ROWS - 1], one.rows[-1]]
    left = len(one.rows) - len(rows)
    more = (f"Còn {left} dòng không in: xem tệp XLSX.", f"{left} more rows are not printed: see the XLSX file.")
    return {
        "title": one.title, "paragraphs": [part for part in one.text.split("\n\n") if part.strip()], "said": one.said, "only": one.only,
        "note": one.note, "left_off": one.left_off, "withheld": one.withheld, "more": spoken(more) if left else "",
        "none": spoken(("Không có số liệu.", "There are no figures.")) if one.head and not one.rows else "",
        "tables": [] if one.only or not one.rows else _across(one, rows),
        "charts": [chart for series in one.series if (chart := _chart(series))],
    }  # fmt: skip


def _across(one: Part, rows: Sequence[Sequence[str | Decimal | None]]) -> list[dict[str, Any]]:
    """The table, in several one under the other where it is wider than the paper."""
    found = []
    for start in range(one.lead, max(len(one.head), one.lead + 1), MOST_COLUMNS):
        cut = slice(start, start + MOST_COLUMNS)
        found.append(
            {
                "lead": one.lead, "head": [*one.head[: one.lead], *one.head[cut]], "total": one.has_total,
                "rows": [[_written(cell) for cell in (*row[: one.lead], *row[cut])] for row in rows],
            }
        )  # fmt: skip
    return found


def _chart(series: Series) -> dict[str, Any] | None:
    """Bars with their length in per cent of the longest; None where nothing is above zero."""
    most = max((figure for _, figure in series.bars if figure is not None), default=Decimal(0))
    if most <= 0:
        return None
    bars = [
        {"label": label, "length": float(100 * max(figure or Decimal(0), Decimal(0)) / most), "words": _written(figure)}
        for label, figure in series.bars
    ]
    return {"title": series.title, "bars": bars}


def _written(cell: str | Decimal | None) -> str:
    return "" if cell is None else shown(cell) if isinstance(cell, Decimal) else cell
