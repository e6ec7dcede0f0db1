"""What stands on the paper of a report, in one language: heading, cells as a reader writes them, who signed, which version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from hoso.core.errors import Language
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics.printed.grid import GridLine, figure_in
from hoso.engines.statistics.printed.layouts import Words
from hoso.engines.statistics.printed.reading import PrintedReport
from hoso.web.staff.period_titles import period_title
from hoso.web.templatetags.figures import written

LEAD = {"number": ("TT", "No."), "title": ("Chỉ tiêu", "Row")}
STEPS = {
    "handed_in": ("Nộp", "Handed in"),
    "province": ("Tỉnh duyệt", "Approved by the province"),
    "ministry": ("Bộ Y tế duyệt", "Approved by the ministry"),
}
LANDSCAPE_FROM = 5  # columns of figures
YES, NO = ("Có", "Yes"), ("Không", "No")


@dataclass(frozen=True, slots=True)
class Printing:
    """A report in the words of one language. `now` is when an unapproved one is printed."""

    report: PrintedReport
    language: Language
    now: datetime

    def say(self, words: Sequence[str]) -> str:
        return words[1 if self.language == "en" else 0]

    def filled(self, lines: Sequence[Words]) -> list[str]:
        """Lines of the layout with the words of the report in them."""
        words = self.report.words
        given = {
            "title": self.say(words.title), "code": words.code, "regime": self.say(words.regime),
            "unit": words.unit_name, "above": self.say(words.above), "start": f"{words.start:%d/%m/%Y}",
            "end": f"{words.end:%d/%m/%Y}", "period": self.say(period_title(parse_period(words.period))),
        }  # fmt: skip
        return [self.say(line).format_map(given) for line in lines]

    @property
    def landscape(self) -> bool:
        return len(self.report.words.grid.columns) >= LANDSCAPE_FROM

    @property
    def draft(self) -> str:
        """What says that the figures may still change; empty for an approved version."""
        if self.report.version:
            return ""
        if self.report.state in ("province", "ministry"):  # approved before copies were frozen
            return self.say(("Đã duyệt, không có bản lưu khi duyệt", "Approved; no copy of that time was kept"))
        return self.say(("Bản chưa duyệt", "Not approved"))

    @property
    def version(self) -> str:
        """The line in the footer."""
        report = self.report
        if not report.version:
            return f"{self.draft} · {self.say(('in lúc', 'printed'))} {_moment(self.now)}"
        return f"{self.say(('Phiên bản', 'Version'))} {report.version} · SHA-256 {report.sha256[:16]}"

    @property
    def notice(self) -> str:
        return (
            self.say(("bản dựng lại, chưa đối chiếu", "reconstructed, not compared"))
            if self.report.words.notices
            else ""
        )

    def told(self) -> list[str]:
        """Who handed in and who approved."""
        return [
            f"{self.say(STEPS[one.state])}: {one.actor}, {_moment(one.at)}"
            for one in self.report.signed
            if one.state in STEPS
        ]

    def handed_in(self) -> tuple[str, str]:
        """Who handed it in, and the day in words; blanks to be filled in by hand before that."""
        last = next((one for one in reversed(self.report.signed) if one.kind == "hand_in"), None)
        if last is None:
            return "", self.say(("Ngày … tháng … năm ……", "Date: … / … / ……"))
        day = timezone.localtime(last.at)
        vi = f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}"
        return last.actor, self.say((vi, f"{day:%d/%m/%Y}"))

    def cell(self, line: GridLine, place: int) -> str:
        """As a reader of the language writes it; blank stays blank, and is not zero."""
        text = figure_in(line.cells[place], self.report.figures)
        if line.value == "boolean" and text:
            return self.say(YES if text == "true" else NO)
        number = as_number(line, text)
        return text if number is None else written(number, self.language)


def as_number(line: GridLine, text: str) -> Decimal | None:
    """The figure; None where the row takes words or the cell is blank."""
    if line.value not in ("count", "number") or not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"
