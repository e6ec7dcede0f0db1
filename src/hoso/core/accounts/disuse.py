"""Accounts nobody uses are locked (TCVN 14423 cl. 5.5, secondary source): at the next sign-in, and by a daily job."""

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.audit.events import AuditEvent, record_event

REASON = "disuse"


def last_use(account: Account) -> datetime:
    """The last sign-in, use of a credential, or (re)opening of the account, whichever came last."""
    token_used = account.credentials.aggregate(last=Max("last_used_at"))["last"]
    return max(moment for moment in (account.last_login, token_used, account.active_since) if moment)


def is_unused(account: Account) -> bool:
    return timezone.now() - last_use(account) > sign_in_rules().unused


def lock_unused(actor: Actor) -> list[str]:
    """Lock every account that nobody has used for too long; returns their names. The house's machines are left alone."""
    locked = []
    for account in Account.objects.filter(is_active=True).exclude(username__startswith="system."):
        if is_unused(account):
            lock_for_disuse(actor, account)
            locked.append(account.username)
    return locked


def lock_for_disuse(actor: Actor, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False, lock_reason=REASON)
    record_event(
        AuditEvent(actor, "", "administration", "update", object=f"Account/{account.pk}", reason="locked: disuse")
    )
