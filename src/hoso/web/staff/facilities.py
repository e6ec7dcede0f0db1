"""Facilities for who administers them: the list, making one, changing one from a day on; earlier states are kept."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.places.facility_checks import facility_kinds, read_day
from hoso.core.places.facility_editing import (
    PAGE,
    FacilityDetail,
    facility_detail,
    find_facilities,
    province_code_of,
    save_facility,
)
from hoso.core.places.facility_sheet import OPTIONAL, REQUIRED
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def facilities(request: ActingRequest) -> HttpResponse:
    text, page = request.GET.get("q", "").strip(), request.GET.get("page", "1")
    if not page.isdecimal() or not int(page):
        raise HosoError("HS9004", name="page", value=page[:40])
    found, total = find_facilities(text, int(page))
    pages = max(1, -(-total // PAGE))
    context = {"facilities": found, "total": total, "text": text, "number": int(page), "pages": pages}
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "facilities/rows.html" if fragment else "facilities/list.html", context)


def new(request: ActingRequest) -> HttpResponse:
    """Make a facility. What is refused is told above the form, with what was typed."""
    return _form(request, None)


def facility(request: ActingRequest, code: str) -> HttpResponse:
    """One facility and its change from a day on. Raises HosoError HS9002."""
    detail = facility_detail(code)
    if detail is None:
        raise HosoError("HS9002")
    return _form(request, detail)


def _form(request: ActingRequest, detail: FacilityDetail | None) -> HttpResponse:
    problem, values = None, _known(detail)
    if request.method == "POST":
        values = {name: request.POST.get(name, "").strip()[:300] for name in (*REQUIRED, *OPTIONAL)}
        if detail:
            values["code"] = detail.facility.code
        try:
            saved = save_facility(request.actor, values, _from(request), new=detail is None)
            messages.success(request, spoken(("Đã lưu.", "Saved.")))
            return redirect("facility", saved.code)
        except HosoError as error:
            problem = error
    context = {
        "detail": detail, "values": values, "problem": problem, "kinds": sorted(set(facility_kinds().values())),
        "from": request.POST.get("from", ""),
    }  # fmt: skip
    return render(request, "facilities/facility.html", context, status=422 if problem else 200)


def _known(detail: FacilityDetail | None) -> dict[str, str]:
    if detail is None:
        return {}
    facility, link = detail.facility, detail.links[0] if detail.links else None
    return {
        "code": facility.code, "name": facility.name, "kind": facility.kind,
        "commune_code": link.place.code if link else "", "province_code": province_code_of(link.place_id) if link else "",
        "opened": f"{facility.opened:%d/%m/%Y}" if facility.opened else "",
        "closed": f"{facility.closed:%d/%m/%Y}" if facility.closed else "",
        "latitude": str(facility.latitude or ""), "longitude": str(facility.longitude or ""),
    }  # fmt: skip


def _from(request: ActingRequest) -> date | None:
    text = request.POST.get("from", "").strip()
    day = read_day(text) if text else None
    if text and day is None:
        raise HosoError("HS9004", name="from", value=text[:40])
    return day
