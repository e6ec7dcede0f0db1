"""Asking a person at the desk for consent, purpose by purpose; withdrawing; the printable proof."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.consent import actions, proof, queries
from hoso.core.access.consent.actions import Answer
from hoso.core.access.consent.ages import age_band
from hoso.core.access.consent.facilities import OwnFacility, own_facilities
from hoso.core.access.consent.models import Consent
from hoso.core.access.consent.representatives import representatives
from hoso.core.access.consent.texts import HEADINGS, text_in_force
from hoso.core.access.purposes import asked_for, purposes
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.people.by_number import PersonAtTheDesk
from hoso.web.asking import ask
from hoso.web.language import page_language
from hoso.web.routes import ActingRequest
from hoso.web.staff.person_at_desk import behalf_of, find_person, person_of_ticket, subject_of, ticket_for
from hoso.web.templatetags.bilingual import spoken

ONE_TIME = "visit_sharing"  # asked with its code, never in advance


def find(request: ActingRequest) -> HttpResponse:
    """The form that finds the person; holds no personal data."""
    return render(request, "consents/find.html", {})


def person(request: ActingRequest) -> HttpResponse:
    """What the person decided so far, and the questions. Nothing is ticked: silence is no consent."""
    return _page(request, find_person(request))


def record(request: ActingRequest) -> HttpResponse:
    """Store the answers that were given; a question without an answer leaves nothing."""
    found = person_of_ticket(request)
    facility = _facility(request)
    answers = [
        Answer(
            purpose.key, said == "yes", facility.id, facility.name, "desk", language=page_language(), behalf=behalf_of(request)
        )
        for purpose in asked_for()
        if (said := request.POST.get(f"answer-{purpose.key}", "")) in ("yes", "no") and purpose.key != ONE_TIME
    ]  # fmt: skip
    if not answers:
        raise HosoError("HS2325")
    actions.record_answers(request.actor, subject_of(found), answers)
    messages.success(request, spoken(("Đã ghi nhận.", "Recorded.")))
    return _page(request, found)


def withdraw(request: ActingRequest, consent_id: UUID) -> HttpResponse:
    """One press, no reason asked."""
    actions.withdraw(request.actor, consent_id)
    messages.success(request, spoken(("Đã rút lại sự đồng ý.", "The consent has been withdrawn.")))
    if "ticket" in request.POST:
        return _page(request, person_of_ticket(request))
    return redirect("consent_proof", consent_id=consent_id)


def proof_page(request: ActingRequest, consent_id: UUID) -> HttpResponse:
    """The proof to print; with `?as=json` what another verifies it with."""
    found = ask(request, lambda scope: queries.consent(consent_id), about=f"Consent/{consent_id}")
    if found is None:
        raise HosoError("HS2313")
    faults = proof.faults(found)
    key = proof.public_key(found.key_id).decode() if "signature" not in faults else ""
    if request.GET.get("as") == "json":
        return _as_json(found, key)
    context = {
        "consent": found, "purpose": purposes()[found.purpose], "faults": faults, "key": key,
        "signature": found.signature.hex(), "lines": found.wording.splitlines(),
        "relation": representatives().get(found.relation),
    }  # fmt: skip
    return render(request, "consents/proof.html", context)


def _page(request: ActingRequest, found: PersonAtTheDesk) -> HttpResponse:
    with acting_transaction(request.actor.account_id, request.declaration.purpose):
        decisions = queries.consents(found.person_id)
        facilities = own_facilities()
    now, today = timezone.now(), timezone.localdate()
    words = {
        "facility": facilities[0].name if len(facilities) == 1 else spoken(("cơ sở đang hỏi", "the facility that asks"))
    }
    place = 1 if page_language() == "en" else 0
    questions = [
        (purpose, text_in_force(purpose.key, page_language(), today).filled(words))
        for purpose in asked_for()
        if purpose.key != ONE_TIME
    ]
    context = {
        "person": found, "band": age_band(subject_of(found).birth, today), "ticket": ticket_for(request, found),
        "decisions": [(one, purposes()[one.purpose], one.in_force(now, today)) for one in decisions],
        "questions": questions, "headings": {name: both[place] for name, both in HEADINGS.items()},
        "facilities": facilities, "representatives": representatives().values(),
    }  # fmt: skip
    return render(request, "consents/person.html", context)


def _facility(request: ActingRequest) -> OwnFacility:
    with acting_transaction(request.actor.account_id, request.declaration.purpose):
        known = own_facilities()
    wanted = request.POST.get("facility", "")
    found = next((one for one in known if str(one.id) == wanted), known[0] if len(known) == 1 else None)
    if found is None:
        raise HosoError("HS9004", name="facility", value=wanted[:20])
    return found


def _as_json(found: Consent, key: str) -> HttpResponse:
    content = {
        "facts": found.facts.decode(), "signature_ed25519": found.signature.hex(), "public_key": key,
        "wording": found.wording, "fhir": json.loads(found.fhir),
        "withdrawn_at": found.withdrawn_at.isoformat() if found.withdrawn_at else None,
    }  # fmt: skip
    answer = HttpResponse(json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="consent-{found.id}.json"'
    return answer
