"""Secrets of the insurer's shape: hospital software sends the MD5 of a password (letters 3190 and 1245/BHXH-CNTT).

The MD5 is the secret that travels, so it is what is kept: as Argon2 with a salt, never as it is. Each secret stands for
one facility, is issued, rotated and revoked by an administrator, and ends by itself (docs/decisions/0053).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import md5

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import managing
from hoso.core.accounts.models import Account, Assignment, Credential
from hoso.core.accounts.standing import what_keeps_out
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility

ROLE = "insurer_gateway"
NAME = "insurer gateway"
_MD5 = re.compile(r"[0-9A-F]{32}\Z")


@dataclass(frozen=True)
class Issued:
    """What is handed to the hospital, once."""

    username: str
    password: str
    facility_code: str
    expires_at: datetime


def issue_secret(actor: Actor, facility: Facility, username: str = "", days: int = 365) -> Issued:
    """Make the gateway account of a facility with its first secret. The user name is `<code>_BV` where none is given.

    Raises HosoError HS3310 where the facility, or the name, has a living secret or belongs to another account.
    """
    username = username or f"{facility.code}_BV"
    with managing(actor):
        account, made = Account.objects.select_for_update().get_or_create(
            username=username,
            defaults={
                "full_name": facility.name, "kind": Account.Kind.ORGANISATION, "password": make_password(None),
                "owner_id": actor.account_id,  # who issued it answers for it
            },
        )  # fmt: skip
        if made:
            Assignment.objects.create(account=account, role=ROLE, facility=facility, valid_from=date.today())
        elif _living().filter(account=account).exists() or not _is_of(account, facility):
            raise HosoError("HS3310", username=username)
        if _living().filter(facility=facility).exists():
            raise HosoError("HS3310", username=username)
        return _new_secret(actor, account, facility, days, "create")


def rotate_secret(actor: Actor, username: str, days: int = 365, overlap: timedelta = timedelta(days=1)) -> Issued:
    """Hand out a new secret; the old ones work on for the overlap, so that the hospital can change its software.

    Raises HosoError HS3311 where the user name has no living secret.
    """
    with transaction.atomic():
        living = _living().select_for_update(of=("self",)).filter(account__username=username).order_by("-pk")
        newest = living.first()
        if newest is None or newest.facility is None:
            raise HosoError("HS3311", username=username)
        end = timezone.now() + overlap
        if overlap <= timedelta(0):
            living.update(revoked_at=timezone.now())
        else:
            living.filter(expires_at__gt=end).update(expires_at=end)
        return _new_secret(actor, newest.account, newest.facility, days, "update")


def revoke_secret(actor: Actor, username: str, reason: str = "") -> int:
    """End every living secret of the user name at once, with the sessions opened by them; returns how many.

    Raises HosoError HS3311 where there is none.
    """
    with transaction.atomic():
        ended = _living().filter(account__username=username).update(revoked_at=timezone.now())
        if not ended:
            raise HosoError("HS3311", username=username)
        _record(actor, "delete", username, reason)
    return ended


def insurer_secrets() -> QuerySet[Credential]:
    """Every secret ever issued, living ones first, newest first; no secret in it leaves the database."""
    found = Credential.objects.filter(kind=Credential.Kind.INSURER_SECRET).defer("secret_hash")
    return found.select_related("account", "facility").order_by("-revoked_at", "account__username", "-pk")


def credential_of(username: str, password_md5: str) -> Credential | None:
    """The living secret that this MD5 proves, of an account that may act now.

    Takes as long for an unknown name as for a wrong password.
    """
    given = password_md5.strip().upper()
    candidates = list(_living().filter(account__username=username)[:5]) if _MD5.match(given) else []
    if not candidates:
        make_password(given)
        return None
    found = next((one for one in candidates if check_password(given, one.secret_hash)), None)
    if found and what_keeps_out(found.account):
        return None
    if found:
        Credential.objects.filter(pk=found.pk).update(last_used_at=timezone.now())
    return found


def living_credential(number: int) -> Credential | None:
    """A secret by its number, where it still works."""
    return _living().filter(pk=number).first()


def md5_of(password: str) -> str:
    """The form in which the protocol carries a password: MD5, upper-case."""
    return md5(password.encode(), usedforsecurity=False).hexdigest().upper()


def _living() -> QuerySet[Credential]:
    now = timezone.now()
    return Credential.objects.filter(
        kind=Credential.Kind.INSURER_SECRET, revoked_at=None, expires_at__gt=now, account__is_active=True
    ).select_related("account", "facility")


def _is_of(account: Account, facility: Facility) -> bool:
    return account.assignments.filter(role=ROLE, facility=facility).exists()


def _new_secret(actor: Actor, account: Account, facility: Facility, days: int, action: str) -> Issued:
    password = secrets.token_urlsafe(15)
    credential = Credential.objects.create(
        account=account,
        kind=Credential.Kind.INSURER_SECRET,
        name=NAME,
        facility=facility,
        secret_hash=make_password(md5_of(password)),
        scopes=["package.send"],
        expires_at=timezone.now() + timedelta(days=days),
    )
    _record(actor, action, account.username, "")
    return Issued(account.username, password, facility.code, credential.expires_at)


def _record(actor: Actor, action: str, username: str, reason: str) -> None:
    role = actor.role_for("account.manage", "administration")
    record_event(
        AuditEvent(
            actor=actor, role=role.key if role else "operator", purpose="administration", action=action,
            object=f"InsurerSecret/{username}", reason=reason[:500],
        )
    )  # fmt: skip
