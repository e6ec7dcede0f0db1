"""What every change of an account by somebody else shares: permission, the database's lock, one audit event."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import broken_constraint
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PERMISSION, PURPOSE = "account.manage", "administration"

CONSTRAINTS = {  # of the database: what a breach of it means to whoever asked
    "duties_apart": "HS2207",
    "accounts_account_username_key": "HS2208",
    "one_account_of_a_kind_for_each_human": "HS2209",
    "assignment_ends_after_start": "HS2211",
    "account_of_a_machine_has_an_owner": "HS2200",
    "licence_of_clinical_account": "HS2400",
}


@contextmanager
def managing(actor: Actor, account_id: int | None = None) -> Iterator[None]:
    """A transaction in which accounts may be changed; of `account_id`, which is not the actor's own.

    Raises HosoError HS2001 without the permission, HS2206 for one's own account, HS2200 and HS2207-HS2211 where the
    database's own rules refuse.
    """
    try:
        policy.decide(actor, PERMISSION, PURPOSE)
        if account_id == actor.account_id:
            raise HosoError("HS2206")
    except HosoError:
        record_refusal(actor, PURPOSE, Asking(PERMISSION, object=_name(account_id)))
        raise
    try:
        with acting_transaction(actor.account_id, PURPOSE):
            yield
    except IntegrityError as error:
        constraint = broken_constraint(error)
        if constraint in CONSTRAINTS:
            raise HosoError(CONSTRAINTS[constraint]) from error
        raise


def record(actor: Actor, action: str, account_id: int, what: str) -> None:
    """One audit event about an account; `what` in a few words, without secrets."""
    role = actor.role_for(PERMISSION, PURPOSE)
    record_event(
        AuditEvent(
            actor=actor,
            role=role.key if role else "",
            purpose=PURPOSE,
            action=action,
            object=_name(account_id),
            reason=what,
        )
    )


def account_by_id(account_id: int) -> Account:
    """Raises HosoError HS2205 where there is none."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise HosoError("HS2205")
    return account


def _name(account_id: int | None) -> str:
    return "" if account_id is None else f"Account/{account_id}"
