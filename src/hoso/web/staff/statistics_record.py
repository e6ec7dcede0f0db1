"""A form filled from the record: reading it, taking what it proposes, and who is behind a figure."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.from_record.persons import behind
from hoso.engines.statistics.from_record.reading_record import read_record
from hoso.engines.statistics.from_record.taking import take_all
from hoso.engines.statistics.reports_by_address import Address
from hoso.web.language import page_language
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title
from hoso.web.templatetags.bilingual import spoken


def read(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST: count the record now; the sheet then shows what it proposes. Nothing is reported by it."""
    found = read_record(request.actor, Address(form, unit, period))
    counted_vi, counted_en = f"{found.visits} lượt kết thúc trong kỳ", f"{found.visits} visits ended in the period"
    if found.doses:
        counted_vi, counted_en = f"{found.doses} mũi trong kỳ", f"{found.doses} doses given in the period"
    messages.success(
        request,
        spoken((
            f"Đã đọc hồ sơ: {counted_vi}, {len(found.proposals)} ô có số đề xuất.",
            f"The record was read: {counted_en}, {len(found.proposals)} cells have a proposal.",
        )),
    )  # fmt: skip
    return redirect("statistics_sheet", form, unit, period)


def take(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST `reading`: every blank cell gets what that reading proposed. Raises HosoError HS5342, HS5343, HS9004."""
    reading = request.POST.get("reading", "")
    if not reading.isdigit() or len(reading) > 18:
        raise HosoError("HS9004", name="reading", value=reading[:40])
    report = take_all(request.actor, Address(form, unit, period), int(reading))
    messages.success(
        request,
        spoken((f"Đã nhận {report.taken} ô từ hồ sơ.", f"{report.taken} cells were taken from the record.")),
    )
    for one in report.conflicts.values():
        messages.warning(request, one.error.message(page_language()))
    return redirect("statistics_sheet", form, unit, period)


def persons(request: ActingRequest, form: str, unit: str, period: str, row: str) -> HttpResponse:
    """The visits or doses that one cell counts, for whoever checks the facility's figures; each person's access log says so."""
    options = tuple(key for key in request.GET.get("options", "").split(",") if key)
    found = behind(request.actor, Address(form, unit, period), (row, options))
    line = next(one for one in found.form.rows if one.key == row)
    told = [
        next((option.title_vi, option.title_en) for option in dimension.options if option.key == key)
        for dimension, key in zip(line.dimensions, options, strict=True)
    ]
    context = {"found": found, "row": line, "of": told, "title": period_title(parse_period(period)), "period": period}
    return render(request, "statistics/persons.html", context)
