"""The first page: find a person, and what waits for me."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.web.menu import may
from hoso.web.routes import ActingRequest


def home(request: ActingRequest) -> HttpResponse:
    """Holds no personal data itself; recent packages and conflicts load as fragments of their own governed routes."""
    actor = request.actor
    context = {
        "search_route": _search_route(request),
        "may_read_packages": may(actor, "package.read", "record_keeping"),
        "may_decide": may(actor, "conflict.decide", "record_keeping"),
        "may_manage": may(actor, "account.manage", "administration"),
    }
    return render(request, "home.html", context)


def _search_route(request: ActingRequest) -> str:
    if may(request.actor, "person.search", "treatment"):
        return "people"
    return "intake_people" if may(request.actor, "person.search", "record_keeping") else ""
