"""What the buttons of the case desk do, and the page on which somebody answers what oversight asked them."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.oversight import case_story, handling
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken
from hoso.web.whole_numbers import whole

KINDS = ("close", "suspend", "restore")


def open_case(request: ActingRequest) -> HttpResponse:
    """Open a case of an account whose risk builds up. Raises HosoError HS8020, HS9004."""
    number = handling.open_by_hand(request.actor, whole(request.POST, "account"))
    messages.success(request, spoken((f"Đã mở vụ việc số {number}.", f"Case {number} is open.")))
    return redirect("oversight_case", number)


def ask_about(request: ActingRequest, case_id: int) -> HttpResponse:
    """Ask the holder of an account, or whoever answers for them. Raises HosoError as `handling.ask`."""
    handling.ask(request.actor, case_id, request.POST.get("username", ""), request.POST.get("question", ""))
    return _done(request, case_id, "Đã gửi câu hỏi.", "The question is sent.")


def propose(request: ActingRequest, case_id: int) -> HttpResponse:
    """Propose to close, to suspend or to open again. Raises HosoError as `handling.propose`, HS9004 for an unknown word."""
    kind, outcome = _one_of(request, "kind", KINDS), ""
    if kind == "close":
        outcome = _one_of(request, "outcome", tuple(handling.OUTCOMES))
    handling.propose(request.actor, case_id, kind, outcome, request.POST.get("words", ""))
    return _done(
        request, case_id, "Đã ghi đề xuất; cần một người giám sát khác đồng ý.",
        "The proposal is recorded; another officer has to agree.",
    )  # fmt: skip


def decide(request: ActingRequest, case_id: int, proposal_id: int) -> HttpResponse:
    """Agree, or return it with remarks. Raises HosoError as `handling.decide_proposal`, HS9004."""
    agreed = _one_of(request, "decision", ("agree", "return")) == "agree"
    handling.decide_proposal(request.actor, case_id, proposal_id, agreed, request.POST.get("remarks", ""))
    return _done(request, case_id, "Đã ghi quyết định.", "The decision is recorded.")


def hand_over(request: ActingRequest, case_id: int) -> HttpResponse:
    """Begin an incident's file. Raises HosoError as `handling.hand_over`, HS8029 for a moment that cannot be."""
    number = handling.hand_over(
        request.actor, case_id, _moment(request), request.POST.getlist("kinds") or ["personal_data"]
    )
    return _done(
        request, case_id, f"Đã chuyển thành sự cố số {number}; các hạn báo cáo đang chạy.",
        f"Handed over as incident {number}; its clocks run.",
    )  # fmt: skip


def questions(request: ActingRequest) -> HttpResponse:
    """What oversight asked me."""
    return render(
        request, "oversight/questions.html",
        {"questions": case_story.questions_to(request.actor), "shortest": handling.SHORTEST_WORDS},
    )  # fmt: skip


def answer(request: ActingRequest, question_id: int) -> HttpResponse:
    """Answer one question, once. Raises HosoError HS8026, HS8028."""
    handling.answer(request.actor, question_id, request.POST.get("answer", ""))
    messages.success(request, spoken(("Đã gửi câu trả lời.", "The answer is sent.")))
    return redirect("oversight_questions")


def _done(request: ActingRequest, case_id: int, vietnamese: str, english: str) -> HttpResponse:
    messages.success(request, spoken((vietnamese, english)))
    return redirect("oversight_case", case_id)


def _one_of(request: ActingRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.POST.get(name, "")
    if value not in allowed:
        raise HosoError("HS9004", name=name, value=value[:40])
    return value


def _moment(request: ActingRequest) -> datetime:
    try:
        known = timezone.make_aware(datetime.fromisoformat(request.POST.get("known", "")))
    except ValueError:
        raise HosoError("HS8029") from None
    if known > timezone.now():
        raise HosoError("HS8029")
    return known
