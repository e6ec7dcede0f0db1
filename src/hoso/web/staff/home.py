"""The first page: find a person, and what waits for me."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.messages.notices import mark_read, unread_notices
from hoso.web.menu import may
from hoso.web.routes import ActingRequest


def home(request: ActingRequest) -> HttpResponse:
    """Holds no personal data itself; recent packages and conflicts load as fragments of their own governed routes."""
    actor = request.actor
    context = {
        "search_route": _search_route(request),
        "may_read_packages": may(actor, "package.read", "record_keeping"),
        "may_decide": may(actor, "conflict.decide", "record_keeping"),
        "may_read_register": may(actor, "practitioner.read", "record_keeping"),
        "may_manage": may(actor, "account.manage", "administration"),
    }
    return render(request, "home.html", context)


def notices(request: ActingRequest) -> HttpResponse:
    """What the house has to tell me; a fragment, empty where there is nothing."""
    return render(request, "notices.html", {"notices": unread_notices(request.actor)})


def put_away(request: ActingRequest) -> HttpResponse:
    """Put away one's own notices up to the newest that was shown."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    upto = request.POST.get("upto", "")
    if not upto.isdecimal():
        raise HosoError("HS9004", name="upto", value=upto[:40])
    mark_read(request.actor, int(upto))
    return redirect("home")


def _search_route(request: ActingRequest) -> str:
    if may(request.actor, "person.search", "treatment"):
        return "people"
    return "intake_people" if may(request.actor, "person.search", "record_keeping") else ""
