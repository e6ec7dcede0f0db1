"""The files of a report, for the page and for software."""

from django.http import HttpResponse
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.steps import Name
from hoso.engines.statistics.printed.reading import printed_report
from hoso.web.language import page_language
from hoso.web.printed_reports.drawing import draw
from hoso.web.printed_reports.words import Printing
from hoso.web.routes import ActingRequest


def file(request: ActingRequest, data_set: str, unit: str, period: str, kind: str) -> HttpResponse:
    """The report as `pdf` or `xlsx`; `?version=` an earlier approved one. Raises HosoError as `printed_report`, HS9004."""
    return answer_file(request, (data_set, period, unit), kind)


def answer_file(request: ActingRequest, name: Name, kind: str) -> HttpResponse:
    """As `file`."""
    version = read_version(request.GET.get("version", ""))
    if kind not in ("pdf", "xlsx"):
        raise HosoError("HS9004", name="file", value=kind[:40])
    report = printed_report(request.actor, name, version)
    language = page_language()
    content, media = draw(Printing(report, language, timezone.now()), kind)
    words = report.words
    part = f"-v{report.version}" if report.version else "-chua-duyet"
    return HttpResponse(
        content,
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{words.form}-{words.unit}-{words.period}{part}.{kind}"'
        },
    )


def read_version(text: str) -> int:
    """0 where none is named. Raises HosoError HS9004."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        raise HosoError("HS9004", name="version", value=text[:40])
    return int(text)
