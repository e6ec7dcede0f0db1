"""The licence to practise of a clinical account: given by a manager who saw it, ended, its history kept.

By this number hospitals name who treats (MA_BAC_SI and its like); whoever holds it belongs to the treating team of those
visits (docs/decisions/0080-treating-team-by-licence.md). Luật Khám bệnh, chữa bệnh 15/2023/QH15 Đ19: one licence for each.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.licence_numbers import licence_number
from hoso.core.accounts.managing import account_by_id, managing, record
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError

SHORTEST_PROOF = 10


@dataclass(frozen=True)
class Licence:
    """One number of an account, with who gave it on what proof; ended or not."""

    id: int
    number: str
    proof: str
    given_by: str
    given_at: datetime
    ended_at: datetime | None


def give_licence(actor: Actor, account_id: int, number: str, proof: str) -> None:
    """Give an account its number, in the place of the one it had; what somebody holds who is not at work ends.

    Raises HosoError as `managing`, HS2134 where somebody at work holds it, HS2400 for no number, no proof, or an account
    that is not clinical.
    """
    with managing(actor, account_id):
        write_licence(actor, account_by_id(account_id), number, proof)


def write_licence(actor: Actor, account: Account, number: str, proof: str) -> None:
    """As `give_licence`, within a transaction of a manager."""
    wanted, proof = licence_number(number), " ".join(proof.split())[:300]
    if not wanted or len(proof) < SHORTEST_PROOF or account.kind != Account.Kind.CLINICAL:
        raise HosoError("HS2400", shortest=SHORTEST_PROOF)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.account_id, a.is_active FROM accounts_licence l JOIN accounts_account a ON a.id = l.account_id"
            " WHERE l.number = %s AND l.ended_at IS NULL",
            [wanted],
        )
        holder, at_work = cursor.fetchone() or (None, False)
        if holder == account.pk:
            return
        if at_work:
            raise HosoError("HS2134", number=wanted)
        cursor.execute(
            "UPDATE accounts_licence SET ended_at = clock_timestamp(), ended_by = %s"
            " WHERE ended_at IS NULL AND (account_id = %s OR number = %s)",
            [actor.account_id, account.pk, wanted],
        )
        cursor.execute(
            "INSERT INTO accounts_licence (account_id, number, proof, given_by) VALUES (%s, %s, %s, %s)",
            [account.pk, wanted, proof, actor.account_id],
        )
    record(actor, "update", account.pk, f"licence {wanted}: {proof}")


def end_licence(actor: Actor, account_id: int) -> None:
    """End the number that an account holds now; without one nothing happens. Raises HosoError as `managing`."""
    with managing(actor, account_id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_licence SET ended_at = clock_timestamp(), ended_by = %s"
            " WHERE account_id = %s AND ended_at IS NULL RETURNING number",
            [actor.account_id, account_id],
        )
        for (number,) in cursor.fetchall():
            record(actor, "update", account_id, f"licence {number} ended")


def licences(account_id: int) -> list[Licence]:
    """Every number the account has had, the newest first, as far as whoever acts may see them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, l.number, l.proof, g.full_name, l.given_at, l.ended_at FROM accounts_licence l"
            " JOIN accounts_account g ON g.id = l.given_by WHERE l.account_id = %s ORDER BY l.id DESC",
            [account_id],
        )
        return [Licence(*row) for row in cursor.fetchall()]
