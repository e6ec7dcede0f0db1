"""Invitations: the link by which the owner of an account, and nobody else, sets its password.

It is shown once, works once, and stops working after some days or when a newer one is made. No administrator ever
knows a password.
"""

import secrets
from hashlib import sha256

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import account_by_id, managing, record
from hoso.core.accounts.models import Account, Invitation
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.errors import HosoError
from hoso.core.messages.sending import drop_waiting_mail


def invite(actor: Actor, account_id: int) -> str:
    """Make an invitation and return its token, which cannot be shown again; earlier ones stop working.

    Raises HosoError as `managing`, HS2201 for an account that opens no session.
    """
    with managing(actor, account_id):
        account = account_by_id(account_id)
        if account.kind in Account.WITHOUT_SESSION:
            raise HosoError("HS2201")
        token = secrets.token_urlsafe(32)
        now = timezone.now()
        open_ones = Invitation.objects.filter(account=account, used_at=None, revoked_at=None)
        open_ones.update(revoked_at=now)
        drop_waiting_mail(account_id, "invitation")  # its link is dead from now on
        Invitation.objects.create(
            account=account,
            token_hash=_hash(token),
            made_by_id=actor.account_id,
            made_at=now,
            expires_at=now + sign_in_rules().invitation,
        )
        record(actor, "create", account_id, "invitation")
    return token


def invited(token: str) -> Account:
    """The account a living invitation is for. Raises HosoError HS2210."""
    found = (
        Invitation.objects.select_related("account")
        .filter(token_hash=_hash(token), used_at=None, revoked_at=None, expires_at__gt=timezone.now())
        .filter(account__is_active=True)
        .first()
    )
    if found is None:
        raise HosoError("HS2210")
    return found.account


def use_invitation(token: str) -> Account:
    """Use the invitation up, once even when two try at the same moment. Raises HosoError HS2210."""
    account = invited(token)
    now = timezone.now()
    used = Invitation.objects.filter(token_hash=_hash(token), used_at=None, revoked_at=None, expires_at__gt=now)
    if not used.update(used_at=now):
        raise HosoError("HS2210")
    return account


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()  # 256 random bits: a plain hash cannot be guessed
