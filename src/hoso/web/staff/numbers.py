"""A number of a person that was given anew or taken back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from hoso.engines.intake.numbers import NumberEnd, end_number, take_back_end
from hoso.web.given_days import given_day
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def end(request: ActingRequest, person_id: int) -> HttpResponse:
    """POST `number` (kind and number), `new` (empty where it was taken back), `day`, `reason`.

    Raises HosoError HS4010, HS5001, HS6232-HS6235, HS9004.
    """
    kind, _, old = request.POST.get("number", "").partition("|")
    told = NumberEnd(
        kind,
        old,
        request.POST.get("new", "")[:40],
        given_day("day", request.POST.get("day", "")),
        request.POST.get("reason", ""),
    )
    end_number(request.actor, person_id, told)
    messages.success(
        request, spoken(("Đã ghi: số cũ vẫn tìm ra người này.", "Recorded: the old number still finds the person."))
    )
    return redirect("intake_person", person_id)


def back(request: ActingRequest, person_id: int) -> HttpResponse:
    """POST `number`, `reason`: its end was a mistake. Raises HosoError HS4010, HS5001, HS6232, HS6234."""
    kind, _, number = request.POST.get("number", "").partition("|")
    take_back_end(request.actor, person_id, kind, number, request.POST.get("reason", ""))
    messages.success(request, spoken(("Đã ghi: số này lại có hiệu lực.", "Recorded: the number holds again.")))
    return redirect("intake_person", person_id)
