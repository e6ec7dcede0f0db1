"""Making accounts: who, what they may be, where; each made account is one audit event."""

import getpass
import secrets
from dataclasses import dataclass
from datetime import date

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account, Assignment
from hoso.core.audit.events import AuditEvent, record_event

OPERATOR = 0  # account id of whoever works on the machine's command line, where there is no account yet


@dataclass(frozen=True)
class NewAccount:
    """What an account is made of; `facility_id` and `place_id` empty means the role is held everywhere."""

    username: str
    full_name: str
    kind: str
    role: str
    facility_id: int | None = None
    place_id: int | None = None
    second_factor: bool = False


@dataclass(frozen=True)
class Handed:
    """What is told to the new account's owner, once."""

    account: Account
    password: str
    totp_secret: str


def operator(command: str) -> Actor:
    """The actor of a command given on this machine; the audit names the machine's user."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        user = "unknown"
    return Actor(account_id=OPERATOR, name=f"operator:{user}", route=f"command:{command}")


def new_password() -> str:
    """16 characters of 96 random bits."""
    return secrets.token_urlsafe(12)


def create_account(actor: Actor, new: NewAccount, password: str | None = None) -> Handed:
    """Make the account with a role, a password (a random one when none is given) and, where asked, a second factor."""
    password = password or new_password()
    totp_secret = generate_totp_secret() if new.second_factor else ""
    with transaction.atomic():
        account = Account.objects.create_user(new.username, password, full_name=new.full_name, kind=new.kind)
        Assignment.objects.create(
            account=account,
            role=new.role,
            facility_id=new.facility_id,
            place_id=new.place_id,
            valid_from=date.today(),
        )
        if totp_secret:
            TOTP.activate(account, totp_secret)
        _record(actor, "create", f"Account/{account.pk}", f"role {new.role}")
    return Handed(account, password, totp_secret)


def create_token(actor: Actor, account: Account, name: str, days: int) -> str:
    """Issue an API token that works for so many days and return it; it cannot be shown again."""
    with transaction.atomic():
        token = issue_token(account, name, days)
        _record(actor, "create", f"Account/{account.pk}/Credential", name)
    return token


def _record(actor: Actor, action: str, thing: str, reason: str) -> None:
    record_event(
        AuditEvent(actor=actor, role="operator", purpose="administration", action=action, object=thing, reason=reason)
    )
