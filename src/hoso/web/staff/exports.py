"""A package, or one visit of it, written as a package of another decision: the form, and the file."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.outbound.download import MOST_VISITS, zip_of
from hoso.engines.intake.outbound.selection import Order, Selection
from hoso.web.routes import ActingRequest

STANDARDS = ("qd3176", "qd4750", "qd130", "qd4210")


def form(request: ActingRequest, package_id: int) -> HttpResponse:
    """What to write and why; `?visit=` is one visit of the package. Nothing is read yet."""
    context = {
        "package_id": package_id,
        "ordinal": _ordinal(request.GET.get("visit", "")),
        "standards": [load_decisions()[key] for key in STANDARDS],
        "most": MOST_VISITS,
    }
    return render(request, "intake/export.html", context)


def file(request: ActingRequest, package_id: int) -> HttpResponse:
    """The ZIP of packages and report. Raises HosoError HS2103, HS3019, HS3368, HS3369."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    ordinal = _ordinal(request.POST.get("ordinal", ""))
    order = Order(
        request.actor,
        Selection(package_id=package_id, ordinal=ordinal),
        request.POST.get("standard", ""),
        request.POST.get("reason", "")[:500],
        request.POST.get("incomplete") == "yes",
    )
    content = zip_of(order)
    name = f"xuat-{order.target.removeprefix('qd')}-goi-{package_id}{f'-{ordinal}' if ordinal else ''}.zip"
    return HttpResponse(
        content, content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _ordinal(text: str) -> int | None:
    if text and not (text.isdecimal() and len(text) < 10):
        raise HosoError("HS9004", name="visit", value=text[:40])
    return int(text) if text else None
