"""Accounts nobody uses are locked (TCVN 14423 cl. 5.5, secondary source): at the next sign-in, and by a daily job."""

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.audit.events import AuditEvent, record_event

REASON = "disuse"


def is_unused(account: Account) -> bool:
    """Whether nobody signed in, no token of its own was used, no software was given a token to act for it, and nobody
    opened it again, for too long. What is quick to know is asked first: software asks at every call."""
    since = timezone.now() - sign_in_rules().unused
    return not (
        account.active_since >= since
        or (account.last_login and account.last_login >= since)
        or account.credentials.filter(last_used_at__gte=since).exists()
        or account.software_grants.filter(tokens__issued_at__gte=since).exists()
    )


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
