"""A report's workbook: given out, sent back and compared cell by cell, and what was chosen of it saved."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.open_cells import open_cells
from hoso.engines.statistics.entry import open_sheet
from hoso.engines.statistics.imports.formats import XLSX_TYPE
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.workbook.comparing import Comparison, compare
from hoso.engines.statistics.workbook.reading import LARGEST
from hoso.engines.statistics.workbook.saving import Chosen, save_chosen
from hoso.engines.statistics.workbook.writing import form_workbook
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title
from hoso.web.staff.statistics_cell import LONGEST_REASON
from hoso.web.staff.uploaded import uploaded
from hoso.web.templatetags.bilingual import spoken

# What is wrong with the file, or with what was chosen of it, is said on the page itself.
TOLD_ON_THE_PAGE = {
    "HS3012", "HS6194", "HS5341", "HS7044", *(f"HS{number}" for number in (*range(5460, 5476), *range(7012, 7025)))
}  # fmt: skip
LONGEST_CHOICE = 2000  # characters


def download(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """The form with today's figures, to be filled in elsewhere."""
    sheet = open_sheet(request.actor, form, unit, period)
    may_write = open_cells(request.actor, sheet.form, sheet.unit, sheet.period.id)
    content = form_workbook(sheet, period_title(sheet.period)[0], may_write)
    name = f'attachment; filename="{form}_{unit}_{period}.xlsx"'
    return HttpResponse(content, content_type=XLSX_TYPE, headers={"Content-Disposition": name})


def check(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST a workbook: every cell that differs, every one that is refused. Nothing is stored yet."""
    address = Address(form, unit, period)
    try:
        with uploaded(request, LARGEST) as (path, _name), path.open("rb") as content:
            comparison = compare(request.actor, address, content)
    except HosoError as error:
        return _told(request, address, error)
    return _shown(request, address, comparison)


def save(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST the cells that were chosen: all are saved, or none."""
    address = Address(form, unit, period)
    try:
        chosen = [_choice(text) for text in request.POST.getlist("cell")]
        report = save_chosen(request.actor, address, chosen, request.POST.get("reason", "")[:LONGEST_REASON])
    except HosoError as error:
        return _told(request, address, error)
    count = report.imported + report.updated
    messages.success(request, spoken((f"Đã lưu {count} ô từ bảng tính.", f"{count} cells of the workbook were saved.")))
    return redirect("statistics_sheet", form, unit, period)


def _choice(text: str) -> Chosen:
    """Raises HosoError HS9004 for what this page did not write."""
    try:
        row, options, before, after = json.loads(text[:LONGEST_CHOICE])
    except (ValueError, TypeError) as error:
        raise HosoError("HS9004", name="cell", value=text[:40]) from error
    if not isinstance(options, list) or not all(isinstance(one, str) for one in (row, before, after, *options)):
        raise HosoError("HS9004", name="cell", value=text[:40])
    return Chosen((row, tuple(options)), before, after)


def _told(request: ActingRequest, address: Address, error: HosoError) -> HttpResponse:
    if error.code not in TOLD_ON_THE_PAGE:
        raise error
    return render(request, "statistics/workbook.html", {"address": address, "problem": error}, status=error.status)


def _shown(request: ActingRequest, address: Address, comparison: Comparison) -> HttpResponse:
    context: dict[str, Any] = {
        "address": address,
        "comparison": comparison,
        "title": period_title(comparison.sheet.period),
        "changes": [
            (one, json.dumps([one.line.row.key, one.line.options, one.before, one.after], ensure_ascii=False))
            for one in comparison.changes
        ],
    }
    return render(request, "statistics/workbook.html", context)
