"""Accounts for who manages them: the list, one account, and every act on it; each act a form of its own."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from hoso.core.accounts import actions, assigning, invitations, licences, queries, setting_hours
from hoso.core.accounts.invitation_mail import invite_by_mail
from hoso.core.accounts.models import Account
from hoso.core.accounts.outside.links import links_of
from hoso.core.accounts.outside.verifier import verifiers
from hoso.core.errors import HosoError
from hoso.core.messages.mail import mail_is_on
from hoso.core.places.facilities import facility_by_code
from hoso.core.places.facility_checks import read_day
from hoso.core.places.models import Place
from hoso.core.places.queries import find
from hoso.engines.intake.practitioners.queries import doubt_about
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.account_words import KINDS, LICENCE_DOUBTS, LOCK_REASONS, WEEKDAYS
from hoso.web.templatetags.bilingual import spoken

Words = tuple[str, str]


def accounts(request: ActingRequest) -> HttpResponse:
    """Accounts a page at a time, searched and narrowed; the table alone for a search as one types."""
    wanted = _wanted(request)
    found = ask(request, lambda _scope: queries.find_accounts(wanted), action="search", about="accounts")
    context = {
        "page": found, "wanted": wanted, "kinds": KINDS, "roles": queries.roles_to_give(), "today": timezone.localdate(),
        "review_due": queries.review_due_on(), "states": queries.STATES,
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "accounts/rows.html" if fragment else "accounts/list.html", context)


def _wanted(request: ActingRequest) -> queries.Wanted:
    page = request.GET.get("page", "1")
    if not page.isdecimal():
        raise HosoError("HS9004", name="page", value=page[:40])
    asked = {name: request.GET.get(name, "").strip() for name in ("kind", "role", "state")}
    return queries.Wanted(request.GET.get("q", "").strip(), **asked, page=int(page))


def account(request: ActingRequest, account_id: int) -> HttpResponse:
    """One account with its roles, state, hours and history. Raises HosoError HS2205."""
    return _page(request, account_id)


def _page(request: ActingRequest, account_id: int, problem: HosoError | None = None, link: str = "") -> HttpResponse:
    found = ask(request, lambda _scope: _with_doubt(account_id), about=f"Account/{account_id}")
    if found is None:
        raise HosoError("HS2205")
    detail, doubt = found
    context = {
        "detail": detail, "account": detail.account, "kinds": KINDS, "roles": queries.roles_to_give(), "weekdays": WEEKDAYS,
        "lock_reason": LOCK_REASONS.get(detail.account.lock_reason), "problem": problem, "link": link,
        "own": account_id == request.actor.account_id, "now": timezone.now(), "typed": request.POST,
        "mail_is_on": mail_is_on(), "links": links_of(account_id), "providers": [verifier.provider for verifier in verifiers().values()],
        "licence_doubt": LICENCE_DOUBTS.get(doubt), "opens_session": detail.account.kind not in Account.WITHOUT_SESSION,
    }  # fmt: skip
    return render(request, "accounts/account.html", context, status=422 if problem else 200)


def _with_doubt(account_id: int) -> tuple[queries.AccountDetail, str] | None:
    """The account, and why the register of practitioners does not bear its licence out: a warning, never a refusal."""
    detail = queries.account_detail(account_id)
    if detail is None:
        return None
    held = next((one.number for one in detail.licences if one.ended_at is None), "")
    return detail, doubt_about(held, detail.account.full_name, timezone.localdate()) if held else ""


def new(request: ActingRequest) -> HttpResponse:
    """Make an account: its owner sets the password by the invitation shown next, once."""
    problem = None
    if request.method == "POST":
        try:
            return _made(request)
        except HosoError as error:
            problem = error
    context = {"kinds": KINDS, "roles": queries.roles_to_give(), "typed": request.POST, "problem": problem}
    return render(request, "accounts/new.html", context, status=422 if problem else 200)


def _made(request: ActingRequest) -> HttpResponse:
    text = _texts(request)
    owner = _owner(text("owner"))
    facility_id, place_id = _where(request)
    made = actions.create_account_without_password(
        request.actor,
        actions.NewAccount(
            text("username"), text("full_name"), _kind(text("kind")), text("role"), facility_id, place_id,
            owner_id=owner, email=text("email"), personal_number=text("personal_number"), valid_to=_day(request, "valid_to"),
        ),
    )  # fmt: skip
    if made.kind in Account.WITHOUT_SESSION:
        return redirect("account", made.pk)
    return _page(request, made.pk, link=_link(request, invitations.invite(request.actor, made.pk)))


def edit(request: ActingRequest, account_id: int) -> HttpResponse:
    def act() -> None:
        text = _texts(request)
        details = actions.Details(
            text("full_name"), text("email"), _kind(text("kind")), text("personal_number"), _owner(text("owner"))
        )
        actions.edit_account(request.actor, account_id, details)

    return act_on_account(request, account_id, act, ("Đã lưu.", "Saved."))


def assign(request: ActingRequest, account_id: int) -> HttpResponse:
    def act() -> None:
        facility_id, place_id = _where(request)
        start = _day(request, "valid_from") or timezone.localdate()
        post = assigning.Post(request.POST.get("role", ""), facility_id, place_id, start, _day(request, "valid_to"))
        assigning.assign(request.actor, account_id, post)

    return act_on_account(request, account_id, act, ("Đã giao vai trò.", "The role was given."))


def end_assignment(request: ActingRequest, account_id: int, assignment_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: assigning.end_assignment(request.actor, assignment_id, _day(request, "last_day")),
        ("Đã kết thúc vai trò.", "The role was ended."),
    )


def lock(request: ActingRequest, account_id: int) -> HttpResponse:
    reason = "left" if request.POST.get("reason") == "left" else "administrator"
    return act_on_account(
        request,
        account_id,
        lambda: actions.lock_account(request.actor, account_id, reason),
        ("Đã khoá tài khoản và kết thúc các phiên.", "The account was locked and its sessions ended."),
    )


def unlock(request: ActingRequest, account_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: actions.unlock_account(request.actor, account_id, request.POST.get("reason", "")),
        ("Đã mở khoá; lý do đã được ghi lại.", "Unlocked; the reason was recorded."),
    )


def reset_second_factor(request: ActingRequest, account_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: actions.reset_second_factor(request.actor, account_id),
        ("Đã xoá bước xác thực thứ hai.", "The second factor was reset."),
    )


def invite(request: ActingRequest, account_id: int) -> HttpResponse:
    """Send a new invitation by mail, or show it, once."""
    if request.method != "POST":
        return redirect("account", account_id)
    try:
        if request.POST.get("by_mail"):
            invite_by_mail(request.actor, account_id, lambda token: _link(request, token))
            messages.success(request, spoken(("Lời mời sẽ được gửi qua thư.", "The invitation will go by mail.")))
            return redirect("account", account_id)
        token = invitations.invite(request.actor, account_id)
    except HosoError as error:
        return _page(request, account_id, error)
    return _page(request, account_id, link=_link(request, token))


def add_hours(request: ActingRequest, account_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: setting_hours.set_hours(request.actor, account_id, hours_of_form(request)),
        ("Đã đặt giờ làm việc.", "The hours were set."),
    )


def hours_of_form(request: ActingRequest) -> setting_hours.NewHours:
    """A span as the form gives it. Raises HosoError HS9004 for what is no time."""
    days = sum({1 << int(day) for day in request.POST.getlist("days") if day in "0123456"})
    return setting_hours.NewHours(
        days, _time(request, "starts"), _time(request, "ends"), request.POST.get("outside", "")
    )


def end_hours(request: ActingRequest, account_id: int, hours_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: setting_hours.end_hours(request.actor, hours_id),
        ("Đã bỏ khung giờ.", "The hours were ended."),
    )


def give_licence(request: ActingRequest, account_id: int) -> HttpResponse:
    """Give the number by which hospitals name this person as treating."""
    text = _texts(request)
    return act_on_account(
        request,
        account_id,
        lambda: licences.give_licence(request.actor, account_id, text("licence"), text("licence_proof")),
        ("Đã ghi số giấy phép hành nghề.", "The licence was recorded."),
    )


def end_licence(request: ActingRequest, account_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: licences.end_licence(request.actor, account_id),
        ("Đã bỏ số giấy phép hành nghề.", "The licence was ended."),
    )


def act_on_account(request: ActingRequest, account_id: int, act: Callable[[], Any], done: Words) -> HttpResponse:
    """Do one thing to an account and show it again; what was refused is told above the page, with what was typed."""
    if request.method == "POST":
        try:
            act()
        except HosoError as error:
            return _page(request, account_id, error)
        messages.success(request, spoken(done))
    return redirect("account", account_id)


def _texts(request: ActingRequest) -> Callable[[str], str]:
    return lambda name: request.POST.get(name, "").strip()[:254]


def _kind(text: str) -> str:
    if text not in KINDS:
        raise HosoError("HS9004", name="kind", value=text[:40])
    return text


def _owner(username: str) -> int | None:
    if not username:
        return None
    found = Account.objects.filter(username=username).exclude(kind__in=Account.WITHOUT_SESSION).first()
    if found is None:
        raise HosoError("HS9004", name="owner", value=username[:40])
    return found.pk


def _where(request: ActingRequest) -> tuple[int | None, int | None]:
    """Facility or place of a form. Raises HosoError HS9004 for a code or name that names none, or more than one."""
    code, name = request.POST.get("facility", "").strip().upper(), request.POST.get("place", "").strip()
    if code:
        facility = facility_by_code(code)
        if facility is None:
            raise HosoError("HS9004", name="facility", value=code[:40])
        return facility.pk, None
    return None, _place(name) if name else None


def _place(name: str) -> int:
    today = timezone.localdate()
    if name.isdecimal():
        found = list(Place.objects.filter(code=name, valid_to=None).order_by("level")[:1])
    else:
        found = [place for place in find(name, today, limit=3) if place.level != Place.Level.DISTRICT]
        exact = [place for place in found if name in (place.address, place.full_name)]
        found = exact or found
    if len(found) != 1:
        raise HosoError("HS9004", name="place", value=name[:40])
    return found[0].pk


def _day(request: ActingRequest, name: str) -> Any:
    text = request.POST.get(name, "").strip()
    day = read_day(text) if text else None
    if text and day is None:
        raise HosoError("HS9004", name=name, value=text[:40])
    return day


def _time(request: ActingRequest, name: str) -> time:
    text = request.POST.get(name, "").strip()
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise HosoError("HS9004", name=name, value=text[:40]) from None


def _link(request: ActingRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("invitation", args=[token]))
