"""The pages of one kind of list that people give: giving one, watching it being taken, stopping it, the report of its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.places.facility_checks import read_day
from hoso.engines.documents.workbook import workbook
from hoso.engines.intake.given_lists.kinds import ListKind
from hoso.engines.intake.given_lists.ledger import receive, set_going
from hoso.engines.intake.given_lists.lists import GivenList, RefusedRow, given_list, given_lists, refused_rows_of
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.findings_sheet import KIND
from hoso.web.templatetags.bilingual import spoken

SHOWN = 100
EVERY_ROW = 1_000_000
HEAD = ("Trang / Sheet", "Dòng / Row", "Cột / Column", "Mã lỗi / Code", "Vấn đề", "Problem", "Cách sửa", "What to do")


class Task(Protocol):
    """The job that takes a list in."""

    def defer(self, list_id: int) -> int: ...


def _nothing(_request: ActingRequest) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class ListPages:
    """`name` begins the names of the routes and of the file of the template; `beside`: a template under the form, with what
    `more` tells it."""

    kind: ListKind
    take: Task
    template_text: Callable[[], str]
    name: str
    file_name: str
    title_vi: str
    title_en: str
    about_vi: str
    about_en: str
    beside: str = ""
    more: Callable[[ActingRequest], dict[str, Any]] = _nothing

    @property
    def routes(self) -> dict[str, str]:
        """What the pages link to each other by."""
        return {
            "all": f"{self.name}_lists", "one": f"{self.name}_list", "go": f"{self.name}_list_go",
            "report": f"{self.name}_list_report", "template": f"{self.name}_template",
        }  # fmt: skip

    def lists(self, request: ActingRequest) -> HttpResponse:
        """The lists and the form; POST gives one. Raises HosoError HS3012 without a file, HS6037, HS9004 for no day."""
        if request.method == "POST":
            return self._give(request)
        about = f"{self.name} lists"
        found: list[GivenList] = ask(request, lambda scope: given_lists(self.kind, scope), about=about)
        context = {"lists": found, "today": timezone.localdate(), "is_open": any(one.is_open for one in found)}
        fragment = request.headers.get("HX-Target") == "lists"
        template = "given_lists/rows.html" if fragment else "given_lists/lists.html"
        return render(request, template, context | self.more(request) | self._words())

    def _give(self, request: ActingRequest) -> HttpResponse:
        file, text = request.FILES.get("file"), request.POST.get("day", "")
        if not isinstance(file, UploadedFile):
            raise HosoError("HS3012", file="")
        day = read_day(text)
        if day is None:
            raise HosoError("HS9004", name="day", value=text[:40])
        list_id = receive(self.kind, request.actor, file.name or "", file.chunks(), day)
        self.take.defer(list_id=list_id)
        messages.success(request, spoken(("Đã nhận danh sách.", "The list is received.")))
        return redirect(self.routes["one"], list_id)

    def one_list(self, request: ActingRequest, list_id: int) -> HttpResponse:
        """One list with its first refused rows. Raises HosoError HS5001."""

        def query(scope: Scope) -> tuple[GivenList | None, list[RefusedRow]]:
            return given_list(self.kind, scope, list_id), list(refused_rows_of(self.kind, scope, list_id, SHOWN))

        found, refused = ask(request, query, about=f"{self.kind.about}/{list_id}")
        if found is None:
            raise HosoError("HS5001")
        fragment = request.headers.get("HX-Target") == "account"
        context = {"one": found, "refused": refused, "most": SHOWN, **self._words()}
        return render(request, "given_lists/account.html" if fragment else "given_lists/list.html", context)

    def go(self, request: ActingRequest, list_id: int) -> HttpResponse:
        """POST act = stop or go. Raises HosoError HS6038, HS9004."""
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        act = request.POST.get("act", "")
        if act not in ("stop", "go"):
            raise HosoError("HS9004", name="act", value=act[:40])
        set_going(self.kind, request.actor, list_id, go=act == "go")
        if act == "go":
            self.take.defer(list_id=list_id)
        return redirect(self.routes["one"], list_id)

    def report(self, request: ActingRequest, list_id: int) -> HttpResponse:
        """Every refused row as a workbook, to be corrected and given again."""
        found: list[RefusedRow] = ask(
            request, lambda scope: list(refused_rows_of(self.kind, scope, list_id, EVERY_ROW)), action="export",
            about=f"{self.kind.about}/{list_id}",
        )  # fmt: skip
        content = workbook(f"Danh sach {list_id}", HEAD, _rows(found))
        name = f'attachment; filename="dong-bi-tu-choi-{list_id}.xlsx"'
        return HttpResponse(content, content_type=KIND, headers={"Content-Disposition": name})

    def empty(self, _request: ActingRequest) -> HttpResponse:
        """The template of the list."""
        headers = {"Content-Disposition": f'attachment; filename="{self.file_name}-{date.today():%Y%m%d}.csv"'}
        content = self.template_text().encode("utf-8-sig")
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

    def _words(self) -> dict[str, Any]:
        words = {one: getattr(self, one) for one in ("title_vi", "title_en", "about_vi", "about_en", "beside")}
        return {"pages": {**self.routes, **words}}


def _rows(found: list[RefusedRow]) -> Iterator[tuple[str, ...]]:
    for one in found:
        error = one.refusal.error
        yield (
            one.sheet, str(one.refusal.row), one.refusal.field, error.code, error.message("vi"), error.message("en"),
            error.what_to_do("vi"), error.what_to_do("en"),
        )  # fmt: skip
