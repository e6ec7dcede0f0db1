"""Access as people meet it: the rules in words, opening a record in an emergency, reviewing what was opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.break_glass import break_glass, break_glass_rules, check_reason
from hoso.core.access.explanation import rule_table
from hoso.core.access.policy import Scope
from hoso.core.access.reviews import VERDICTS, Review, give_verdict, reviews
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


@dataclass(frozen=True)
class Bearer:
    """Who bears a number; the audit counts it as one found or none."""

    person_id: int | None

    def __len__(self) -> int:
        return int(self.person_id is not None)


def rules(request: ActingRequest) -> HttpResponse:
    """Every rule of the policy as it is in force, with its legal source."""
    return render(request, "access/rules.html", {"table": rule_table()})


def open_in_emergency(request: ActingRequest) -> HttpResponse:
    """The form; sent, it opens the record of the bearer of a whole number. Raises HosoError HS2104, HS2106."""
    wanted = break_glass_rules()
    if request.method != "POST":
        number = request.GET.get("number", "")[:20]
        return render(request, "access/break_glass.html", {"rules": wanted, "number": number})
    number, reason, words = (request.POST.get(name, "").strip() for name in ("number", "reason", "words"))

    check_reason(reason, words)

    def query(scope: Scope) -> Bearer:
        person_id = people.bearer_of(scope, number)
        if person_id is not None:
            break_glass(request.actor, person_id, reason, words)
        return Bearer(person_id)

    found = ask(request, query, action="search", about="break-glass")
    if found.person_id is None:
        raise HosoError("HS2106")
    messages.warning(
        request,
        spoken(
            (
                f"Hồ sơ đã mở khẩn cấp trong {wanted.hours} giờ. Người giám sát đã được báo và sẽ xem lại.",
                f"The record is open for {wanted.hours} hours. Oversight has been told and will review this.",
            )
        ),
    )
    return redirect("person", found.person_id)


def review_desk(request: ActingRequest) -> HttpResponse:
    """Break-glass that waits for review, the most pressing first; with `?all=1` those decided too."""
    everything = request.GET.get("all") == "1"
    found: Sequence[Review] = ask(request, lambda scope: reviews(scope, not everything), about="break-glass reviews")
    titles = {key: (vi, en) for key, vi, en in break_glass_rules().reasons}
    rows = [(one, titles.get(one.reason_code, (one.reason_code, one.reason_code))) for one in found]
    return render(request, "access/reviews.html", {"rows": rows, "everything": everything})


def decide_review(request: ActingRequest, grant_id: int) -> HttpResponse:
    """Give the verdict. Raises HosoError HS2105, HS9004 for an unknown verdict."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")
    if verdict not in VERDICTS:
        raise HosoError("HS9004", name="verdict", value=verdict[:40])
    give_verdict(request.actor, grant_id, verdict, note)
    messages.success(request, spoken(("Đã ghi kết luận xem lại.", "The review is recorded.")))
    return redirect("access_reviews")
