"""The access hours of roles: who holds one and has no hours of their own works in these."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.accounts import queries, setting_hours
from hoso.core.errors import HosoError
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.account_words import WEEKDAYS
from hoso.web.staff.accounts import hours_of_form
from hoso.web.templatetags.bilingual import spoken


def hours(request: ActingRequest) -> HttpResponse:
    """Every role with its hours; adds a span where a form was sent."""
    if request.method != "POST":
        return _page(request)
    try:
        setting_hours.set_role_hours(request.actor, request.POST.get("role", ""), hours_of_form(request))
    except HosoError as error:
        return _page(request, error)
    messages.success(request, spoken(("Đã đặt giờ làm việc.", "The hours were set.")))
    return redirect("role_hours")


def end(request: ActingRequest, hours_id: int) -> HttpResponse:
    if request.method == "POST":
        try:
            setting_hours.end_role_hours(request.actor, hours_id)
        except HosoError as error:
            return _page(request, error)
        messages.success(request, spoken(("Đã bỏ khung giờ.", "The hours were ended.")))
    return redirect("role_hours")


def _page(request: ActingRequest, problem: HosoError | None = None) -> HttpResponse:
    found = ask(request, lambda _scope: queries.role_hours(), about="hours of roles")
    context = {
        "roles": found,
        "weekdays": WEEKDAYS,
        "problem": problem,
        "typed": request.POST,
        "any_hours": any(spans for _, spans in found),
    }
    return render(request, "accounts/role_hours.html", context, status=422 if problem else 200)
