"""One cell of a form: its history, a comment, the mark to follow it up, papers; and the list of all that are marked."""

from pathlib import Path

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.cell_story.attachments import LARGEST, attach, open_attachment, take_off
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


def attach_paper(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST a `file` beside the cell; the panel again, with why it was not taken."""
    address = Address(form, unit, period)
    key = _key(request.POST.get("row", ""), request.POST.get("options", ""))
    file = request.FILES.get("file")
    try:
        if file is None or file.size is None or file.size > LARGEST:
            raise HosoError("HS5548", name=file.name if file else "–")
        attach(request.actor, address, key, Path(file.name or "–").name, file.read())
    except HosoError as error:
        if error.code not in ("HS5546", "HS5548"):
            raise
        language = page_language()
        return _panel(request, address, key, f"{error.message(language)} {error.what_to_do(language)}")
    return _panel(request, address, key, said=True)


def take_paper_off(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """POST the number of a `paper`; the panel again. Raises HosoError HS5549, HS9004."""
    number = request.POST.get("paper", "")
    if not number.isdecimal() or len(number) > 18:
        raise HosoError("HS9004", name="paper", value=number[:40])
    take_off(request.actor, int(number))
    key = _key(request.POST.get("row", ""), request.POST.get("options", ""))
    return _panel(request, Address(form, unit, period), key, said=True)


def paper(request: ActingRequest, number: int) -> FileResponse:
    """The file itself, to be kept and not shown: what came from outside never runs in a page. Raises HosoError HS5549."""
    found = open_attachment(request.actor, number)
    return FileResponse(found.stream, as_attachment=True, filename=found.name, content_type=found.media_type)


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
