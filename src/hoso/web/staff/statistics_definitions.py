"""Definitions of one's own (elements, dimensions, data sets) taken in as a bundle of DHIS2's, by who designs forms."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.engines.statistics.metadata import import_bundle
from hoso.web.routes import ActingRequest
from hoso.web.staff.uploaded import uploaded
from hoso.web.templatetags.bilingual import spoken

LARGEST = 20_000_000  # bytes


def definitions(request: ActingRequest) -> HttpResponse:
    """GET: the form. POST a file: taken in whole or not at all, and what became of it is told."""
    if request.method != "POST":
        return render(request, "statistics/definitions.html")
    try:
        with uploaded(request, LARGEST) as (path, _name):
            taken, left = import_bundle(request.actor, path.read_bytes())
    except HosoError as error:
        return render(request, "statistics/definitions.html", {"problem": error}, status=422)
    created, updated, passed_over = (
        sum(getattr(one, what) for one in taken.values()) for what in ("created", "updated", "passed_over")
    )
    messages.success(
        request,
        spoken((
            f"Đã nhận: {created} mới, {updated} đổi, {passed_over} có sẵn giữ nguyên.",
            f"Taken in: {created} new, {updated} changed, {passed_over} shipped ones left as they are.",
        )),
    )  # fmt: skip
    if left:
        names = ", ".join(left)[:300]
        messages.warning(request, spoken((f"Không nhận: {names}.", f"Not taken: {names}.")))
    return redirect("statistics_definitions")
