"""The pages between the right password and a session (web/sign_in_stages.py), and the page of an invitation."""

from typing import Any

from allauth.account.forms import SetPasswordForm
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hoso.core.accounts.invitations import invited, use_invitation
from hoso.core.accounts.monitoring_notice import accept_notice, notice_paragraphs
from hoso.core.accounts.passwords import has_second_factor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.web.sign_in_adapter import INVITED
from hoso.web.sign_in_events import PURPOSE, actor_of
from hoso.web.sign_in_stages import WEAK, NoticeStage, PasswordStage, SecondFactorStage


def _stage(view: Any, stage: Any) -> Any:
    return login_stage_required(stage=stage.key, redirect_urlname="account_login")(view)


def _change_password(request: HttpRequest) -> HttpResponse:
    """A new password in place of a first, an old or a weak one."""
    stage = request._login_stage  # type: ignore[attr-defined]
    form = SetPasswordForm(user=stage.account, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            _record(request, stage.account, "password changed")
        request.session.pop(WEAK, None)
        return stage.exit()  # type: ignore[no-any-return]
    context = {"form": form, "why": stage.why, "with_factor": has_second_factor(stage.account)}
    return render(request, "security/new_password.html", context)


def _set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """An authenticator app, then its recovery codes once; only then the sign-in goes on."""
    stage = request._login_stage  # type: ignore[attr-defined]
    account = stage.account
    if has_second_factor(account):
        if request.method == "POST":
            return stage.exit()  # type: ignore[no-any-return]
        codes = RecoveryCodes.activate(account).get_unused_codes()
        return render(request, "security/first_recovery_codes.html", {"codes": codes})
    form = ActivateTOTPForm(user=account, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            factor = TOTP.activate(account, form.secret).instance
            codes = RecoveryCodes.activate(account).get_unused_codes()
            _record(request, account, "second factor set up")
        clear_totp_secret(request)
        post_authentication(request, factor)
        return render(request, "security/first_recovery_codes.html", {"codes": codes})
    return render(request, "security/totp_on.html", {"form": form, "totp_svg": _picture(account, form.secret)})


def _accept_notice(request: HttpRequest) -> HttpResponse:
    """What is written down about whoever works here; accepted once for each text."""
    stage = request._login_stage  # type: ignore[attr-defined]
    if request.method == "POST" and request.POST.get("accepted") == "yes":
        with transaction.atomic():
            accept_notice(stage.account)
            _record(request, stage.account, "notice of monitoring accepted")
        return stage.exit()  # type: ignore[no-any-return]
    return render(request, "security/notice.html", {"paragraphs": notice_paragraphs()})


change_password = _stage(_change_password, PasswordStage)
set_up_second_factor = _stage(_set_up_second_factor, SecondFactorStage)
accept_monitoring = _stage(_accept_notice, NoticeStage)


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The owner of an account sets the password; the invitation is used up with it. Raises HosoError HS2210."""
    account = invited(token)
    form = SetPasswordForm(user=account, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            use_invitation(token)
            form.save()
            _record(request, account, "invitation used")
        request.session[INVITED] = True
        record_authentication(request, account, method="password")
        return perform_login(request, Login(user=account))  # type: ignore[no-any-return]
    return render(request, "security/invitation.html", {"form": form, "account": account})


def _picture(account: Any, secret: str) -> str:
    adapter = get_adapter()
    return str(adapter.build_totp_svg(adapter.build_totp_url(account, secret)))


def _record(request: HttpRequest, account: Any, what: str) -> None:
    record_event(
        AuditEvent(actor_of(request, account), "", PURPOSE, "update", object=f"Account/{account.pk}", reason=what)
    )
