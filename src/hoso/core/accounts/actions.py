"""Making and changing accounts: each act one transaction with permission and one audit event."""

import getpass
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.assigning import Post, write_assignment
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.licences import write_licence
from hoso.core.accounts.machines import operator_id
from hoso.core.accounts.managing import account_by_id, managing, record
from hoso.core.accounts.models import Account
from hoso.core.accounts.monitoring_notice import accept_notice
from hoso.core.accounts.passwords import new_password
from hoso.core.accounts.wrong_tries import clear_wrong_tries
from hoso.core.database.lookup_hash import lookup_hash, lookup_hashes
from hoso.core.errors import HosoError

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,99}")
PERSONAL_NUMBER = re.compile(r"[0-9]{12}")
_NUMBER_USE = "account.personal_number"
SUSPENDED = "oversight"  # the reason of a lock that two monitoring officers agreed on


@dataclass(frozen=True)
class NewAccount:
    """What an account is made of; `facility_id` and `place_id` empty means the role is held everywhere.

    A service or an organisation needs `owner_id`, the account of the human who answers for it. `ready` is for
    demonstrations and measuring alone: no first password to change, the notice of monitoring counts as accepted.
    """

    username: str
    full_name: str
    kind: str
    role: str
    facility_id: int | None = None
    place_id: int | None = None
    second_factor: bool = False
    owner_id: int | None = None
    email: str = ""
    personal_number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    ready: bool = False
    licence: str = ""
    licence_proof: str = ""


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
    return Actor(account_id=operator_id(), name=f"operator:{user}", route=f"command:{command}")


def create_account(actor: Actor, new: NewAccount, password: str | None = None) -> Handed:
    """Make the account with a role, a password (a random one when none is given) and, where asked, a second factor.

    Whoever signs in with it first chooses another password. Raises HosoError as `managing`, HS2200 without an owner.
    """
    password = password or new_password()
    totp_secret = generate_totp_secret() if new.second_factor else ""
    with managing(actor):
        account = _made(new, password)
        if totp_secret:
            TOTP.activate(account, totp_secret)
        if new.ready:
            accept_notice(account)
        record(actor, "create", account.pk, f"role {new.role}")
    return Handed(account, password, totp_secret)


def create_account_without_password(actor: Actor, new: NewAccount) -> Account:
    """Make an account that cannot be entered until its owner follows an invitation. Raises as `create_account`, and for its
    licence as `give_licence`."""
    with managing(actor):
        account = _made(new, None)
        record(actor, "create", account.pk, f"role {new.role}")
        if new.licence:
            write_licence(actor, account, new.licence, new.licence_proof)
    return account


def _made(new: NewAccount, password: str | None) -> Account:
    username, full_name = new.username.strip().lower(), " ".join(new.full_name.split())
    if not USERNAME.fullmatch(username):
        raise HosoError("HS2208")
    if not full_name or (new.kind in Account.WITHOUT_SESSION and not new.owner_id):
        raise HosoError("HS2200")
    account = Account.objects.create_user(
        username,
        password,
        full_name=full_name,
        kind=new.kind,
        owner_id=new.owner_id,
        email=new.email.strip(),
        personal_number_hash=number_hash(new.personal_number),
        password_must_change=bool(password) and not new.ready,
    )
    post = Post(new.role, new.facility_id, new.place_id, new.valid_from or timezone.localdate(), new.valid_to)
    write_assignment(account, post)
    return account


def number_hash(number: str) -> str:
    """The keyed hash of a personal identification number. Raises HosoError HS2212 where it has not twelve digits."""
    digits = number.replace(" ", "")
    if digits and not PERSONAL_NUMBER.fullmatch(digits):
        raise HosoError("HS2212")
    return lookup_hash(digits, _NUMBER_USE)


def number_hashes(numbers: Iterable[str]) -> list[str]:
    """The keyed hashes of numbers as the register of persons has them, twelve digits each; others match no account's."""
    return lookup_hashes(numbers, _NUMBER_USE)


@dataclass(frozen=True)
class Details:
    """What an administrator may correct; an empty personal number leaves the known one."""

    full_name: str
    email: str
    kind: str
    personal_number: str = ""
    owner_id: int | None = None


def edit_account(actor: Actor, account_id: int, details: Details) -> None:
    """Raises HosoError as `managing`, HS2200 without a name or owner, HS2212 for a wrong number."""
    with managing(actor, account_id):
        account = account_by_id(account_id)
        account.full_name = " ".join(details.full_name.split())
        account.email, account.kind = details.email.strip(), details.kind
        account.owner_id = details.owner_id if details.kind in Account.WITHOUT_SESSION else None
        if not account.full_name or (account.kind in Account.WITHOUT_SESSION and not account.owner_id):
            raise HosoError("HS2200")
        if details.personal_number:
            account.personal_number_hash = number_hash(details.personal_number)
        account.save(update_fields=["full_name", "email", "kind", "owner", "personal_number_hash"])
        record(actor, "update", account_id, "details")


def lock_account(actor: Actor, account_id: int, reason: str) -> None:
    """Shut the account and end its sessions and tokens at once; `reason` is `left` or `administrator`. What two officers
    suspended stays so."""
    with managing(actor, account_id):
        account = account_by_id(account_id)
        account.is_active = False
        account.lock_reason = account.lock_reason if account.lock_reason == SUSPENDED else reason
        account.save(update_fields=["is_active", "lock_reason"])
        if reason == "left":
            account.credentials.filter(revoked_at=None).update(revoked_at=timezone.now())
        record(actor, "update", account_id, f"locked: {reason}")
    end_sessions(account)


def unlock_account(actor: Actor, account_id: int, reason: str) -> None:
    """Open a locked account again, wrong tries forgotten; the emergency unlock of a running service too. Logged with
    its reason. Raises HosoError HS2213 without one, HS8038 for an account that two officers suspended."""
    if not reason.strip():
        raise HosoError("HS2213")
    with managing(actor, account_id):
        account = account_by_id(account_id)
        if account.lock_reason == SUSPENDED:  # the database would refuse it too (oversight, 0009_restoring.sql)
            raise HosoError("HS8038")
        account.is_active, account.lock_reason, account.active_since = True, "", timezone.now()
        account.save(update_fields=["is_active", "lock_reason", "active_since"])
        tries = clear_wrong_tries(account.username)
        record(actor, "update", account_id, f"unlocked ({tries} wrong tries cleared): {reason.strip()[:200]}")


def reset_second_factor(actor: Actor, account_id: int) -> None:
    """Forget every second factor of an account (a lost telephone) and end its sessions; its owner sets up a new one."""
    with managing(actor, account_id):
        account = account_by_id(account_id)
        removed, _ = Authenticator.objects.filter(user=account).delete()
        record(actor, "update", account_id, f"second factor reset ({removed})")
    end_sessions(account)


def end_sessions(account: Account) -> None:
    """End every open session of an account on the server."""
    for session in UserSession.objects.filter(user=account):
        session.end()


def create_token(actor: Actor, account: Account, name: str, days: int) -> str:
    """Issue an API token that works for so many days and return it; it cannot be shown again."""
    with managing(actor):
        token = issue_token(account, name, days)
        record(actor, "create", account.pk, f"token {name}")
    return token
