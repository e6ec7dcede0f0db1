"""Built reports: the list, one as a page whose figures are the reader's own, and the same as a file."""

from datetime import date

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.statistics.boards.actions import make_board
from hoso.web.built_reports.drawing import PDF, XLSX, draw_pdf, draw_xlsx
from hoso.web.built_reports.filled import filled_report
from hoso.web.dashboards.changing import USUAL_PERIOD
from hoso.web.dashboards.choices import period_choices, place_choices, read_choice
from hoso.web.dashboards.own_boards import find_board, key_of, reports_seen
from hoso.web.dashboards.page import chosen
from hoso.web.explorer.layout import with_words
from hoso.web.language import page_language
from hoso.web.routes import ActingRequest


def reports(request: ActingRequest) -> HttpResponse:
    """GET: the own ones and those shared with the reader."""
    return render(request, "built_reports/list.html", {"reports": reports_seen(request.actor).values()})


def make(request: ActingRequest) -> HttpResponse:
    """POST `title`: an empty one, to be filled. Raises HosoError HS5456, HS9004."""
    number = make_board(request.actor, request.POST.get("title", "").strip(), USUAL_PERIOD, [], "report")
    return HttpResponseRedirect(reverse("dashboard_edit", args=[key_of(number)]))


def report(request: ActingRequest, key: str) -> HttpResponse:
    """GET `place` and `period` as of a board. Raises HosoError HS5454, HS9004."""
    told = find_board(request.actor, key, "report")
    choice = read_choice(request, told.period)
    context = {
        "board": told, "is_own": told.own is not None and told.own.owner_id == request.actor.account_id,
        "places": place_choices(request), "periods": period_choices(date.today(), choice.period),
        "parts": [(one, "" if one.text else with_words(one.words(**choice.words))) for one in told.tiles.values()],
        **chosen(request, choice),
    }  # fmt: skip
    return render(request, "built_reports/report.html", context)


def file(request: ActingRequest, key: str, kind: str) -> HttpResponse:
    """The report as `pdf` or `xlsx`, with the words of its page. Raises HosoError HS5454, HS9004, and as `ask_pivot`."""
    told = find_board(request.actor, key, "report")
    drawn = {"pdf": (draw_pdf, PDF), "xlsx": (draw_xlsx, XLSX)}.get(kind)
    if drawn is None:
        raise HosoError("HS9004", name="file", value=kind[:40])
    filled = filled_report(request, told, read_choice(request, told.period), "export")
    draw, media = drawn
    return HttpResponse(
        draw(filled, page_language(), timezone.now()),
        content_type=media,
        headers={"Content-Disposition": f'attachment; filename="bao-cao-{key[-8:]}.{kind}"'},
    )
