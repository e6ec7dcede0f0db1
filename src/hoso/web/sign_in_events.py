"""Signing in, failing to and signing out are audit events: who, from where, with what result; never the password."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from django.contrib.auth.signals import user_logged_in as session_opened
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent
from hoso.core.audit.spool import record_or_spool
from hoso.web.known_devices import remember_device
from hoso.web.outside_factor import has_outside_factor
from hoso.web.session_limits import begin_session
from hoso.web.source import source_of

PURPOSE = "own_account"


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Account, response: HttpResponseBase | None = None, **more: Any) -> None:
    outside: Any = more.get("sociallogin")
    if outside is not None and has_outside_factor({"sociallogin": outside}):
        record_authentication(request, user, method="mfa", type="outside", provider=outside.account.provider)
    _record(request, user.pk, user.username, "done", f"by {outside.account.provider}" if outside else "")
    if response is not None:
        remember_device(request, response, user.username)


@receiver(session_opened)
def opened(request: HttpRequest | None, user: Account, **_: Any) -> None:
    if request is not None:
        begin_session(request, user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        _record(request, user.pk, user.username, "done", "signed out")


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        account = _known(credentials.get("username") or credentials.get("login") or "")
        _record(request, account.pk if account else 0, account.username if account else "", "failed", "")


def record_refused(request: HttpRequest, name: str, reason: str) -> None:
    """A sign-in that was turned away although the name may be right: locked, from outside, out of hours."""
    account = _known(name)
    _record(request, account.pk if account else 0, account.username if account else "", "refused", reason)


def record_refused_outside(request: HttpRequest, provider: str, reason: str) -> None:
    """A sign-in by an outside provider that named no account: forged, stale, unknown, or the provider is down."""
    _record(request, 0, "", "refused", f"by {provider}: {reason}"[:200])


def actor_of(request: HttpRequest, account: Account) -> Actor:
    """The account itself, acting through the sign-in page."""
    return _actor(request, account.pk, account.username)


def _known(name: str) -> Account | None:
    # What was typed as a name may be a password in the wrong box: only a known name is written down.
    return Account.objects.filter(username=name).first()


def _record(request: HttpRequest, account_id: int, name: str, outcome: str, reason: str) -> None:
    actor = _actor(request, account_id, name)
    record_or_spool(AuditEvent(actor, "", PURPOSE, "sign-in", outcome=outcome, reason=reason))


def _actor(request: HttpRequest, account_id: int, name: str) -> Actor:
    address, port = source_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    return Actor(account_id, name, "account_login", address, device, source_port=port)
