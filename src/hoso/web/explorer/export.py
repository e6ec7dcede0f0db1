"""What is seen as a file: CSV for machines and spreadsheets, XLSX with figures as numbers."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.documents.figure_sheet import figure_sheet
from hoso.web.explorer.figure_text import exact
from hoso.web.explorer.reading import read_page
from hoso.web.explorer.table import grid
from hoso.web.routes import ActingRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cells = Sequence[str | Decimal | None]


def file(request: ActingRequest, kind: str) -> HttpResponse:
    """The whole table of an address, beyond what the page draws at once; noted as an export."""
    explored = read_page(request)
    head, rows = grid(explored.pivot(request, "export"), explored.question.on_todays_map)
    if kind == "csv":
        content, media = _csv(head, rows), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        content, media = figure_sheet("So lieu", head, rows), XLSX
    else:
        raise HosoError("HS9004", name="file", value=kind[:40])
    name = f'attachment; filename="so-lieu.{kind}"'
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": name})


def _csv(head: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """UTF-8 with the mark that spreadsheets look for; figures with a decimal point, nothing a formula."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([_text(name) for name in head])
    for row in rows:
        lines.writerow([_text(one) if isinstance(one, str) else "" if one is None else exact(one) for one in row])
    return ("\ufeff" + out.getvalue()).encode()


def _text(text: str) -> str:
    """Names come from outside: one that a spreadsheet would work out is marked as text."""
    return f"'{text}" if text.startswith(FORMULA) else text
