"""Which account an identity at an outside provider belongs to: linked by an administrator, or by its verified number.

Never by mail or name: those prove nobody. A link is a row of allauth's `SocialAccount`; of the identity it keeps a keyed
hash alone, and of the claims nothing (the database refuses more).
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import number_hash
from hoso.core.accounts.managing import account_by_id, managing, record
from hoso.core.accounts.models import Account
from hoso.core.accounts.outside.verifier import VerifiedIdentity, verifier_of, verifiers
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.lookup_hash import lookup_hash
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "own_account"


@dataclass(frozen=True)
class Link:
    """A link as an administrator sees it; `title` is the key again where the provider is no longer set up."""

    id: int
    title: tuple[str, str]
    made_at: datetime
    last_used_at: datetime


def subject_hash(subject: str) -> str:
    """What is kept of a subject: some providers use the personal number as one."""
    return lookup_hash(subject, "account.outside_subject")


def links_of(account_id: int) -> list[Link]:
    known = {key: verifier.provider.title for key, verifier in verifiers().items()}
    rows: QuerySet[SocialAccount] = SocialAccount.objects.filter(user_id=account_id).order_by("pk")
    return [
        Link(row.pk, known.get(row.provider, (row.provider, row.provider)), row.date_joined, row.last_login)
        for row in rows
    ]


def link(actor: Actor, account_id: int, provider: str, subject: str) -> None:
    """Let an identity sign in as this account. Raises HosoError as `managing`, HS2230 for an unknown provider, HS2201 for
    an account that opens no session, HS2238 without a subject, HS2236 where the identity belongs to an account."""
    known, named = verifier_of(provider).provider, subject.strip()
    if not named:
        raise HosoError("HS2238")
    try:
        with managing(actor, account_id):
            account = account_by_id(account_id)
            if account.kind in Account.WITHOUT_SESSION:
                raise HosoError("HS2201")
            SocialAccount.objects.create(user=account, provider=known.key, uid=subject_hash(named))
            record(actor, "update", account_id, f"linked to {known.key}")
    except IntegrityError as error:
        raise HosoError("HS2236") from error


def unlink(actor: Actor, account_id: int, link_id: int) -> None:
    """End a link; whoever has signed in by it stays signed in, as after a changed password. Raises as `managing`."""
    with managing(actor, account_id):
        row = SocialAccount.objects.filter(pk=link_id, user_id=account_id).first()
        if row is None:
            raise HosoError("HS2205")
        record(actor, "update", account_id, f"link to {row.provider} ended")
        row.delete()


def account_by_number(identity: VerifiedIdentity, provider: str, actor: Actor) -> Account:
    """Link the identity, not linked so far, to the one account of the person its verified number names.

    `actor` tells from where it is asked. Raises HosoError HS2234 where there is no such account, HS2235 where there are
    several: an administrator says which.
    """
    hashed = number_hash(identity.personal_number)
    found = list(Account.objects.exclude(kind__in=Account.WITHOUT_SESSION).filter(personal_number_hash=hashed)[:2])
    if not hashed or not found:
        raise HosoError("HS2234")
    if len(found) > 1:
        raise HosoError("HS2235")
    account = found[0]
    with transaction.atomic(), acting_transaction(account.pk, PURPOSE):
        SocialAccount.objects.get_or_create(user=account, provider=provider, uid=subject_hash(identity.subject))
        record_event(
            AuditEvent(
                actor, "", PURPOSE, "update",
                object=f"Account/{account.pk}", reason=f"linked to {provider} by the verified number",
            )
        )  # fmt: skip
    return account
