"""The board of deadlines: what is missing, late, on time or not due yet, and reminding who has not reported."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.reports import STATES
from hoso.engines.statistics.deadlines.board import PAGE, STATUSES, Board, BoardFilter, read_board
from hoso.engines.statistics.deadlines.reminding import remind_unit
from hoso.engines.statistics.units import provinces_today
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title
from hoso.web.templatetags.bilingual import spoken

MOST_PAGES, LONGEST_QUERY = 1000, 300


def board(request: ActingRequest) -> HttpResponse:
    """GET `?month=YYYY-MM&form=&status=&under=&page=`; without a month the last one that is over.
    Raises HosoError: HS9004 for a month or page that is none, and as `read_board`."""
    wanted = _wanted(request)
    found = read_board(request.actor, wanted)
    pages = max(1, -(-found.found // PAGE))
    context = {
        "board": found,
        "by_form": _by_form(found),
        "rows": [(row, period_title(row.asked.period), STATUSES[row.status], STATES[row.state]) for row in found.rows],
        "totals": [(STATUSES[key], number, key) for key, number in found.totals.items()],
        "wanted": wanted,
        "month": f"{wanted.month:%Y-%m}",
        "statuses": STATUSES,
        "provinces": provinces_today() if found.everywhere else [],
        "pages": pages,
        "before": _address(request, wanted.page - 1) if wanted.page > 1 else "",
        "after": _address(request, wanted.page + 1) if wanted.page < pages else "",
        "may_remind": may(request.actor, "statistics.approve", "statistics"),
    }
    return render(request, "statistics/deadlines.html", context)


def remind(request: ActingRequest, unit: str) -> HttpResponse:
    """POST: tell whoever enters the unit's figures. Raises HosoError as `remind_unit`."""
    count = remind_unit(request.actor, unit)
    messages.success(
        request,
        spoken((
            f"Đã báo cho {count} người nhập; ai đã được nhắc hôm nay thì không nhắc lại.",
            f"{count} who enter figures are told; nobody hears twice on one day.",
        )),
    )  # fmt: skip
    return redirect(f"{reverse('statistics_deadlines')}?{request.POST.get('query', '')[:LONGEST_QUERY]}")


def _wanted(request: ActingRequest) -> BoardFilter:
    query = request.GET
    page = query.get("page", "1")
    if not page.isdigit() or not 1 <= int(page[:5]) <= MOST_PAGES:
        raise HosoError("HS9004", name="page", value=page[:40])
    return BoardFilter(
        month_of(query.get("month", "")),
        query.get("form", ""),
        query.get("status", ""),
        query.get("under", ""),
        int(page),
    )


def month_of(text: str) -> date:
    """The first day of `YYYY-MM`; without one the first day of the month before this."""
    today = timezone.localdate()
    if not text:
        return today.replace(year=today.year - (today.month == 1), month=(today.month - 2) % 12 + 1, day=1)
    try:
        return date.fromisoformat(f"{text[:20]}-01")
    except ValueError as error:
        raise HosoError("HS9004", name="month", value=text[:40]) from error


def _by_form(found: Board) -> list[tuple[object, tuple[str, str], int, Mapping[str, int]]]:
    return [(one, period_title(one.period), sum(found.counts[one].values()), found.counts[one]) for one in found.asked]


def _address(request: ActingRequest, page: int) -> str:
    query = {**request.GET.dict(), "page": str(page)}
    return "?" + urlencode(query)
