"""The approver's desk: opening a record to a student or an outside officer for a time, what is open, ending it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access import temporary_access
from hoso.core.access.policy import Scope
from hoso.core.access.temporary_access import GROUNDS, LONGEST_DAYS, SHORTEST_REASON, Holder, Opened
from hoso.core.errors import HosoError
from hoso.engines.people.by_number import person_at_the_desk
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

USUAL_DAYS = 30


@dataclass(frozen=True)
class Desk:
    holders: list[Holder]
    opened: list[Opened]

    def __len__(self) -> int:
        return len(self.opened)


@dataclass(frozen=True)
class OpenedTo:
    """Whose record was opened; the audit names the person, the page does not."""

    person_id: int | None

    def __len__(self) -> int:
        return int(self.person_id is not None)


def desk(request: ActingRequest) -> HttpResponse:
    """What is open and was, and the form."""
    found = ask(
        request, lambda scope: Desk(temporary_access.holders(scope), temporary_access.opened(scope)),
        about="temporary access",
    )  # fmt: skip
    today = timezone.localdate()
    context = {
        "desk": found, "grounds": GROUNDS, "shortest": SHORTEST_REASON, "today": today,
        "usual": today + timedelta(days=USUAL_DAYS), "last": today + timedelta(days=LONGEST_DAYS - 1),
    }  # fmt: skip
    return render(request, "access/temporary.html", context)


def open_access(request: ActingRequest) -> HttpResponse:
    """Raises HosoError HS2133 for missing terms, HS2106 where nobody of the facility fits, HS2101."""
    ground, paper, reason, number, year, holder = (
        request.POST.get(name, "").strip() for name in ("ground", "paper", "reason", "number", "year", "holder")
    )
    last_day = _day(request.POST.get("last_day", ""))
    temporary_access.check_terms(ground, paper, reason, last_day, timezone.localdate())
    if not holder.isdecimal():
        raise HosoError("HS2133", missing="tài khoản / the account")

    def query(scope: Scope) -> OpenedTo:
        person = person_at_the_desk(number, int(year) if year.isdecimal() and len(year) == 4 else 0)
        if person is None:
            return OpenedTo(None)
        temporary_access.open_temporary(
            request.actor, scope, person.person_id, int(holder), ground, paper, reason, last_day
        )
        return OpenedTo(person.person_id)

    if ask(request, query, action="search", about="temporary access").person_id is None:
        raise HosoError("HS2106")
    messages.success(
        request, spoken((f"Đã mở đến hết ngày {last_day:%d/%m/%Y}.", f"Open until the end of {last_day:%d/%m/%Y}."))
    )
    return redirect("temporary_access")


def end_access(request: ActingRequest, grant_id: int) -> HttpResponse:
    """Raises HosoError HS2102 where none of this number is left to end, HS2133 without a reason."""
    reason = request.POST.get("reason", "")

    def query(scope: Scope) -> tuple[int, ...]:
        temporary_access.end_temporary(request.actor, scope, grant_id, reason)
        return (grant_id,)

    ask(request, query, about=f"Grant/{grant_id}")
    messages.success(request, spoken(("Đã kết thúc quyền truy cập.", "The access is ended.")))
    return redirect("temporary_access")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HosoError("HS2133", missing="ngày kết thúc / the last day") from None
