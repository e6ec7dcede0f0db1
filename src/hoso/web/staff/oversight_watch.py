"""The desk's watch list: who is watched, since when and why; adding somebody by code, and ending it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.oversight import watch_list as watching
from hoso.engines.oversight.handling import SHORTEST_WORDS
from hoso.web.asking import ask
from hoso.web.given_days import given_day
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

STATES = {
    "on": ("đang lưu ý", "watched", "warn"),
    "ahead": ("chưa tới ngày", "not yet", ""),
    "over": ("đã kết thúc", "ended", ""),
}


def watch_list(request: ActingRequest) -> HttpResponse:
    """Every entry with its versions; of the asker nothing."""

    def query(scope: Scope) -> list[watching.Entry]:
        return watching.watch_list(scope)

    found, today = ask(request, query, action="search", about="watch list"), timezone.localdate()
    context = {
        "entries": [(one, STATES[one.state(today)], watching.KINDS[one.latest.kind]) for one in found],
        "kinds": watching.KINDS, "shortest": SHORTEST_WORDS, "today": today,
    }  # fmt: skip
    return render(request, "oversight/watch_list.html", context)


def watch_person(request: ActingRequest) -> HttpResponse:
    """POST `code`, `kind`, `reason`, `first_day`, `last_day`. Raises HosoError as `watch_list.watch_person`, HS9004 for what is no
    day or no kind."""
    told, kind = request.POST, request.POST.get("kind", "")
    if kind not in watching.KINDS:
        raise HosoError("HS9004", name="kind", value=kind[:40])
    last = given_day("last_day", told["last_day"]) if told.get("last_day") else None
    watching.watch_person(
        request.actor,
        told.get("code", ""),
        kind,
        told.get("reason", ""),
        given_day("first_day", told.get("first_day", "")),
        last,
    )
    messages.success(
        request, spoken(("Đã thêm: từ lần quét sau có hiệu lực.", "Added: it counts from the next look on."))
    )
    return redirect("oversight_watch_list")


def end_watch(request: ActingRequest, entry: int) -> HttpResponse:
    """POST `last_day`, `reason`. Raises HosoError as `watch_list.end_watch`, HS9004."""
    told = request.POST
    watching.end_watch(request.actor, entry, given_day("last_day", told.get("last_day", "")), told.get("reason", ""))
    messages.success(request, spoken(("Đã ghi ngày kết thúc.", "The last day is recorded.")))
    return redirect("oversight_watch_list")
