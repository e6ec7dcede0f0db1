"""One entry of a catalogue through its versions, and the corrections that people propose to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.core.terminology.corrections import (
    DECIDE,
    FIELDS,
    PROPOSE,
    PURPOSE,
    Correction,
    corrections,
    decide_correction,
    propose_correction,
)
from hoso.core.terminology.entries import entries
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.terminology import offered_systems, system_of
from hoso.web.templatetags.bilingual import spoken


def entry(request: ActingRequest) -> HttpResponse:
    """`?system=` and `code=`: what each version says, and the corrections. Raises HosoError HS6140, HS9004."""
    offered = offered_systems()
    name, code = system_of(request, offered), request.GET.get("code", "")[:64]
    found = entries(name, code)
    proposed: list[Correction] = []
    if may(request.actor, PROPOSE, PURPOSE):
        asking = Asking(PROPOSE, object=f"CodeSystem/{name}/{code}")
        proposed = read(request.actor, PURPOSE, asking, lambda scope: corrections(name, code))
    newest = next((one for one in found if one.status != "draft" and one.change != "removed"), found[0])
    context = {
        "system": offered[name], "code": code, "entries": found, "newest": newest, "corrections": proposed, "fields": FIELDS,
        "may_correct": may(request.actor, PROPOSE, PURPOSE), "may_decide": may(request.actor, DECIDE, PURPOSE),
        "me": request.actor.account_id,
    }  # fmt: skip
    return render(request, "terminology/entry.html", context)


def correct(request: ActingRequest) -> HttpResponse:
    """POST system, code, field, proposed, reason. Raises HosoError HS6140, HS6145, HS6149, HS9004."""
    said = request.POST
    system, code = said.get("system", ""), said.get("code", "")[:64]
    if system not in offered_systems():
        raise HosoError("HS9004", name="system", value=system[:40])
    propose_correction(
        request.actor, system, code, said.get("field", ""), said.get("proposed", ""), said.get("reason", "")
    )
    messages.success(
        request, spoken(("Đã ghi đề nghị sửa; chờ người khác xem.", "Recorded; somebody else will look at it."))
    )
    return redirect(f"{reverse('catalogue_entry')}?{urlencode({'system': system, 'code': code})}")


def listed(request: ActingRequest) -> HttpResponse:
    """Every correction, those that wait first."""
    found: list[Correction] = ask(request, lambda scope: corrections(), about="corrections of catalogues")
    context = {
        "corrections": found, "may_decide": may(request.actor, DECIDE, PURPOSE), "me": request.actor.account_id,
    }  # fmt: skip
    return render(request, "terminology/corrections.html", context)


def decide(request: ActingRequest, number: int) -> HttpResponse:
    """POST decision = accept or refuse, with an answer. Raises HosoError HS6143, HS6144, HS6145, HS9004."""
    decision = request.POST.get("decision", "")
    if decision not in ("accept", "refuse"):
        raise HosoError("HS9004", name="decision", value=decision[:40])
    decide_correction(request.actor, number, accept=decision == "accept", answer=request.POST.get("answer", ""))
    messages.success(request, spoken(("Đã ghi quyết định.", "The decision is recorded.")))
    return redirect("catalogue_corrections")
