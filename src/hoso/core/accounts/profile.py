"""One's own account: what its owner sees and may change; roles are not among it."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account, Credential
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "own_account"
EVERYWHERE = ("toàn hệ thống", "everywhere")


@dataclass(frozen=True)
class Held:
    """A role of an account with where and how long; `where` in both languages."""

    assignment_id: int
    role: str
    title_vi: str
    title_en: str
    where: tuple[str, str]
    valid_from: date
    valid_to: date | None

    @property
    def over(self) -> bool:
        return self.valid_to is not None and self.valid_to <= timezone.localdate()


def held_by(account_id: int, with_past: bool = False) -> list[Held]:
    """The roles an account holds or will hold, with the past ones where asked; the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.role, coalesce(r.title_vi, a.role), coalesce(r.title_en, a.role),
                   coalesce(f.name, p.address), a.valid_from, a.valid_to
            FROM accounts_assignment a LEFT JOIN access_role r ON r.key = a.role
            LEFT JOIN places_facility f ON f.id = a.facility_id LEFT JOIN places_place p ON p.id = a.place_id
            WHERE a.account_id = %s AND (%s OR a.valid_to IS NULL OR a.valid_to > current_date)
            ORDER BY a.valid_from DESC, a.id DESC
            """,
            [account_id, with_past],
        )
        return [
            Held(number, role, vi, en, (where, where) if where else EVERYWHERE, start, end)
            for number, role, vi, en, where, start, end in cursor.fetchall()
        ]


def change_profile(actor: Actor, full_name: str, email: str) -> None:
    """Correct one's own name and mail. Raises HosoError HS2200 without a name, HS9004 for a wrong mail address."""
    name, mail = " ".join(full_name.split())[:200], email.strip()
    if not name:
        raise HosoError("HS2200")
    try:
        if mail:
            validate_email(mail)
    except ValidationError:
        raise HosoError("HS9004", name="email", value=mail[:40]) from None
    with acting_transaction(actor.account_id, PURPOSE):
        Account.objects.filter(pk=actor.account_id).update(full_name=name, email=mail)
        _record(actor, "profile")


def revoke_own_token(actor: Actor, token_id: int) -> None:
    """Raises HosoError HS2205 where the token is not one's own."""
    with acting_transaction(actor.account_id, PURPOSE):
        own = Credential.objects.filter(pk=token_id, account_id=actor.account_id, revoked_at=None)
        if not own.update(revoked_at=timezone.now()):
            raise HosoError("HS2205")
        _record(actor, f"token {token_id} revoked")


def _record(actor: Actor, what: str) -> None:
    record_event(AuditEvent(actor, "", PURPOSE, "update", object=f"Account/{actor.account_id}", reason=what))
