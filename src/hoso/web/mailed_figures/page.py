"""What one gets by mail: subscribing, confirming the address, stopping."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.core.messages.mail import mail_is_on
from hoso.engines.statistics.boards.mail_address import confirm, is_confirmed, send_code
from hoso.engines.statistics.boards.mailings import LAST_MONTH_DAY, Mailing, mailings, stop, subscribe
from hoso.web.dashboards.boards import Board
from hoso.web.dashboards.own_boards import every_board, find_board, reports_seen
from hoso.web.explorer.names import Words
from hoso.web.language import page_language
from hoso.web.routes import ActingRequest

WEEKDAYS: tuple[Words, ...] = (
    ("Thứ Hai", "Monday"), ("Thứ Ba", "Tuesday"), ("Thứ Tư", "Wednesday"), ("Thứ Năm", "Thursday"), ("Thứ Sáu", "Friday"),
    ("Thứ Bảy", "Saturday"), ("Chủ nhật", "Sunday"),
)  # fmt: skip


def day_choices() -> list[tuple[str, Words]]:
    """The words of `subscribe` and what they are called."""
    weekly = [(f"week-{n}", (f"{vi} hằng tuần", f"Every {en}")) for n, (vi, en) in enumerate(WEEKDAYS, 1)]
    monthly = [
        (f"month-{n}", (f"Ngày {n} hằng tháng", f"Day {n} of every month")) for n in range(1, LAST_MONTH_DAY + 1)
    ]
    return weekly + monthly


def own(request: ActingRequest) -> HttpResponse:
    """GET: the own mailings, and whether the address is confirmed."""
    seen = {**every_board(request.actor), **reports_seen(request.actor)}
    names = dict(day_choices())
    context = {
        "mailings": [(one, _day(one, names), seen.get(one.subject)) for one in mailings(request.actor)],
        "choices": day_choices(), "boards": seen.values(), "chosen": _chosen(request, seen), "confirmed": is_confirmed(request.actor),
        "mail_is_on": mail_is_on(),
    }  # fmt: skip
    return render(request, "mailed_figures/own.html", context)


def change(request: ActingRequest) -> HttpResponse:
    """POST `act`: subscribe (`board`, `day`), stop (`mailing`), send_code, confirm (`code`).

    Raises HosoError HS3451 to HS3454, HS5454, HS9004.
    """
    given, act = request.POST, request.POST.get("act", "")
    if act == "subscribe":
        board = find_board(request.actor, given.get("board", ""))
        subscribe(request.actor, board.key, given.get("day", ""), page_language())
    elif act == "stop":
        stop(request.actor, _number(given.get("mailing", "")))
    elif act == "send_code":
        send_code(request.actor)
    elif act == "confirm":
        confirm(request.actor, given.get("code", ""))
    else:
        raise HosoError("HS9004", name="act", value=act[:40])
    return HttpResponseRedirect(reverse("mailed_figures"))


def _chosen(request: ActingRequest, seen: dict[str, Board]) -> str:
    key = request.GET.get("board", "")
    return key if key in seen else ""


def _day(one: Mailing, names: dict[str, Words]) -> Words:
    return names[f"week-{one.weekday}" if one.weekday else f"month-{one.month_day}"]


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise HosoError("HS9004", name="mailing", value=text[:40]) from error
