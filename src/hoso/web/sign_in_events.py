"""Signing in, failing to and signing out are audit events: who, from where, with what result; never the password."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent
from hoso.core.audit.spool import record_or_spool
from hoso.web.source import source_of

PURPOSE = "own_account"


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    _record(request, user.pk, user.username, "done", "")


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        _record(request, user.pk, user.username, "done", "signed out")


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        # What was typed as a name may be a password in the wrong box: only a known name is written down.
        account = Account.objects.filter(username=credentials.get("username") or credentials.get("login")).first()
        _record(request, account.pk if account else 0, account.username if account else "", "failed", "")


def _record(request: HttpRequest, account_id: int, name: str, outcome: str, reason: str) -> None:
    address, port = source_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    actor = Actor(account_id, name, "account_login", address, device, source_port=port)
    record_or_spool(AuditEvent(actor, "", PURPOSE, "sign-in", outcome=outcome, reason=reason))
