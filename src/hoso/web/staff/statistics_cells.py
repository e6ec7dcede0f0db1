"""One cell of a form: its history, a comment, the mark to follow it up; and the list of all that are marked."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.cell_story.followed import MOST, followed_cells
from hoso.engines.statistics.cell_story.remarking import remark
from hoso.engines.statistics.cell_story.story import story_of
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.imports.checking import LONGEST_COMMENT
from hoso.engines.statistics.reports_by_address import Address
from hoso.web.language import page_language
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title


def story(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """The cell of `row` and `options`, as the inside of the page's panel."""
    return _panel(
        request, Address(form, unit, period), _key(request.GET.get("row", ""), request.GET.get("options", ""))
    )


def say(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST `comment` and `follow_up` of a cell; the panel again, with what was not taken. Raises HosoError HS9004, HS5546."""
    address = Address(form, unit, period)
    key = _key(request.POST.get("row", ""), request.POST.get("options", ""))
    comment = request.POST.get("comment", "")
    if len(comment) > LONGEST_COMMENT:
        raise HosoError("HS9004", name="comment", value=comment[:40])
    report = remark(request.actor, address, key, comment, request.POST.get("follow_up") == "1")
    language = page_language()
    wrong = next((one.error.message(language) for one in report.conflicts.values()), "")
    return _panel(request, address, key, wrong, said=not wrong)


def followed(request: ActingRequest) -> HttpResponse:
    """Every figure within the actor's reach that is marked, the last first."""
    rows = [(one, period_title(parse_period(one.period))) for one in followed_cells(request.actor)]
    return render(request, "statistics/followed.html", {"rows": rows, "most": MOST})


def _key(row: str, options: str) -> Key:
    return row, tuple(key for key in options.split(",") if key)


def _panel(request: ActingRequest, address: Address, key: Key, wrong: str = "", said: bool = False) -> HttpResponse:
    found = story_of(request.actor, address, key)
    context = {
        "story": found, "address": address, "writes": may(request.actor, "statistics.write", "statistics"),
        "wrong": wrong, "said": said, "title": period_title(parse_period(address.period)), "longest": LONGEST_COMMENT,
    }  # fmt: skip
    return render(request, "statistics/story.html", context)
