"""Lists of households: giving one, watching it being taken, stopping it, the report of its rows."""

from collections.abc import Iterator
from datetime import date

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.places.facility_checks import read_day
from hoso.engines.documents.workbook import workbook
from hoso.engines.intake.households.importing import receive_list, set_going
from hoso.engines.intake.households.jobs import take
from hoso.engines.intake.households.lists import (
    HouseholdList,
    RefusedRow,
    household_list,
    household_lists,
    refused_rows,
)
from hoso.engines.intake.households.sheet import template
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.findings_sheet import KIND
from hoso.web.templatetags.bilingual import spoken

SHOWN = 100
HEAD = ("Trang / Sheet", "Dòng / Row", "Cột / Column", "Mã lỗi / Code", "Vấn đề", "Problem", "Cách sửa", "What to do")


def lists(request: ActingRequest) -> HttpResponse:
    """The lists and the form; POST gives one. Raises HosoError HS3012 without a file, HS6037, HS9004 for no day."""
    if request.method == "POST":
        return _give(request)
    found: list[HouseholdList] = ask(request, household_lists, about="household lists")
    context = {"lists": found, "today": timezone.localdate(), "is_open": any(one.is_open for one in found)}
    context["may_see_coverage"] = may(request.actor, "card.coverage", request.declaration.purpose)
    fragment = request.headers.get("HX-Target") == "lists"
    return render(request, "households/rows.html" if fragment else "households/lists.html", context)


def _give(request: ActingRequest) -> HttpResponse:
    file, text = request.FILES.get("file"), request.POST.get("day", "")
    if not isinstance(file, UploadedFile):
        raise HosoError("HS3012", file="")
    day = read_day(text)
    if day is None:
        raise HosoError("HS9004", name="day", value=text[:40])
    list_id = receive_list(request.actor, file.name or "", file.chunks(), day)
    take.defer(list_id=list_id)
    messages.success(request, spoken(("Đã nhận danh sách.", "The list is received.")))
    return redirect("household_list", list_id)


def one_list(request: ActingRequest, list_id: int) -> HttpResponse:
    """One list with its first refused rows. Raises HosoError HS5001."""

    def query(scope: Scope) -> tuple[HouseholdList | None, list[RefusedRow]]:
        return household_list(scope, list_id), list(refused_rows(scope, list_id, SHOWN))

    found, refused = ask(request, query, about=f"household-list/{list_id}")
    if found is None:
        raise HosoError("HS5001")
    fragment = request.headers.get("HX-Target") == "account"
    context = {"one": found, "refused": refused, "most": SHOWN}
    return render(request, "households/account.html" if fragment else "households/list.html", context)


def go(request: ActingRequest, list_id: int) -> HttpResponse:
    """POST act = stop or go. Raises HosoError HS6038, HS9004."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    act = request.POST.get("act", "")
    if act not in ("stop", "go"):
        raise HosoError("HS9004", name="act", value=act[:40])
    set_going(request.actor, list_id, go=act == "go")
    if act == "go":
        take.defer(list_id=list_id)
    return redirect("household_list", list_id)


def report(request: ActingRequest, list_id: int) -> HttpResponse:
    """Every refused row as a workbook, to be corrected and given again."""
    found: list[RefusedRow] = ask(
        request, lambda scope: list(refused_rows(scope, list_id, 1_000_000)), action="export",
        about=f"household-list/{list_id}",
    )  # fmt: skip
    content = workbook(f"Danh sach {list_id}", HEAD, _rows(found))
    name = f'attachment; filename="dong-bi-tu-choi-{list_id}.xlsx"'
    return HttpResponse(content, content_type=KIND, headers={"Content-Disposition": name})


def _rows(found: list[RefusedRow]) -> Iterator[tuple[str, ...]]:
    for one in found:
        error = one.refusal.error
        yield (
            one.sheet, str(one.refusal.row), one.refusal.field, error.code, error.message("vi"), error.message("en"),
            error.what_to_do("vi"), error.what_to_do("en"),
        )  # fmt: skip


def empty(request: ActingRequest) -> HttpResponse:
    """The template of the list."""
    headers = {"Content-Disposition": f'attachment; filename="danh-sach-ho-{date.today():%Y%m%d}.csv"'}
    return HttpResponse(template().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)
