"""One-time sharing at the desk and in the consulting room: ask, enter the code, take a sheet, revoke."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.consent.facilities import OwnFacility, own_facilities
from hoso.core.access.consent.representatives import representatives
from hoso.core.access.sharing import actions, offers, queries
from hoso.core.access.sharing.models import Share
from hoso.core.access.sharing.offers import Offer, Practitioner
from hoso.core.access.sharing.rules import sharing_rules
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.qr_code import qr_svg
from hoso.web.routes import ActingRequest
from hoso.web.staff.person_at_desk import behalf_of, find_person, subject_of
from hoso.web.templatetags.bilingual import spoken

SHEET = "HOSO-SHARE"


def shares(request: ActingRequest) -> HttpResponse:
    """The form, and what I asked for or was given lately; no person is named."""

    def query(scope: object) -> tuple[list[Share], list[OwnFacility], dict[int, list[Practitioner]]]:
        facilities = own_facilities()
        there = {one.id: offers.practitioners(one.id) for one in facilities[:10]} if _at_desk(request) else {}
        return queries.my_shares(request.actor.account_id), facilities, there

    found, facilities, there = ask(request, query, about="shares")
    now = timezone.now()
    context = {
        "shares": [(share, share.state_at(now)) for share in found],
        "facilities": facilities,
        "practitioners": [(facility, there.get(facility.id, [])) for facility in facilities],
        "at_desk": _at_desk(request),
        "may_break_glass": may(request.actor, "record.break_glass", "treatment"),
        "representatives": representatives().values(),
        "rules": sharing_rules(),
    }
    return render(request, "share/list.html", context)


def ask_for(request: ActingRequest) -> HttpResponse:
    """Send a code to the person of the form. Raises HosoError HS2306-HS2314, HS2331."""
    person = find_person(request)
    facility, practitioner = _where(request)
    made = Offer(
        subject_of(person), facility.id, facility.name, practitioner, request.POST.get("encounter", ""), person.phone,
        "en" if request.POST.get("language") == "en" else "vi", behalf_of(request),
    )  # fmt: skip
    return redirect("share", share_id=offers.offer(request.actor, made))


def share(request: ActingRequest, share_id: UUID) -> HttpResponse:
    """One share: where it stands, the code's field, the way to the record, and the way to end it."""
    found = ask(request, lambda scope: queries.share(share_id), about=f"Share/{share_id}")
    if found is None:
        raise HosoError("HS2300")
    now = timezone.now()
    context = {
        "share": found, "state": found.state_at(now), "left": sharing_rules().tries - found.attempts,
        "mine": found.practitioner_id == request.actor.account_id,
    }  # fmt: skip
    return render(request, "share/share.html", context)


def enter_code(request: ActingRequest, share_id: UUID) -> HttpResponse:
    """Try the code; a wrong one is told beside the field."""
    try:
        actions.verify(request.actor, share_id, request.POST.get("code", ""))
    except HosoError as error:
        if error.code != "HS2302":
            raise
        messages.error(request, spoken((error.message("vi"), error.message("en"))))
    else:
        messages.success(request, spoken(("Đã mở hồ sơ cho lượt khám này.", "The record is open for this visit.")))
    return redirect("share", share_id=share_id)


def revoke(request: ActingRequest, share_id: UUID) -> HttpResponse:
    actions.revoke(request.actor, share_id)
    messages.success(request, spoken(("Đã thu hồi quyền xem.", "The access has been withdrawn.")))
    return redirect("share", share_id=share_id)


def sheet(request: ActingRequest) -> HttpResponse:
    """A sheet with a code to print for a person without a telephone. Shown this once."""
    person = find_person(request)
    facility = _facility_by_code(request.POST.get("facility_code", ""))
    made = Offer(subject_of(person), facility.id, facility.name, behalf=behalf_of(request))
    share_id, code = offers.offer_on_paper(request.actor, made)
    context = {
        "facility": facility, "name": person.name, "code": code, "share_id": share_id,
        "picture": qr_svg(f"{SHEET}:{share_id}:{code}"), "ends": timezone.now() + sharing_rules().paper_lives,
        "hours": sharing_rules().access_hours,
    }  # fmt: skip
    return render(request, "share/sheet.html", context)


def take_sheet(request: ActingRequest) -> HttpResponse:
    """What the reader of codes typed into the field. Raises HosoError HS2300 for anything else."""
    parts = request.POST.get("sheet", "").strip().split(":")
    try:
        share_id = UUID(parts[1])
        (kind, _, code) = parts
    except (IndexError, ValueError):
        raise HosoError("HS2300") from None
    if kind != SHEET:
        raise HosoError("HS2300")
    actions.take_paper(request.actor, share_id, code, request.POST.get("encounter", ""))
    return redirect("share", share_id=share_id)


def _at_desk(request: ActingRequest) -> bool:
    return may(request.actor, offers.OFFER, offers.PURPOSE)


def _where(request: ActingRequest) -> tuple[OwnFacility, Practitioner]:
    """The facility and practitioner of the form, `facility:account`; a practitioner asks for themselves."""
    facility_text, _, account_text = request.POST.get("to", "").partition(":")
    with acting_transaction(request.actor.account_id, offers.PURPOSE):
        facility = next((one for one in own_facilities() if str(one.id) == facility_text), None)
        there = offers.practitioners(facility.id) if facility else []
    wanted = account_text or str(request.actor.account_id)
    practitioner = next((one for one in there if str(one.id) == wanted), None)
    if facility is None or practitioner is None:
        raise HosoError("HS2314")
    return facility, practitioner


def _facility_by_code(code: str) -> Any:
    from hoso.core.places.facilities import facility_by_code

    found = facility_by_code(code.strip())
    if found is None:
        raise HosoError("HS9004", name="facility_code", value=code[:10])
    return found
