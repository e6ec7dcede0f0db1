"""Whether an account's address is its owner's: a code goes there and is typed here. Another address is not confirmed."""

from hashlib import sha256
from secrets import compare_digest, token_hex

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.mail import ask_for_mail
from hoso.engines.statistics.boards.board import PURPOSE

PAUSE = 5  # minutes between two codes


def send_code(actor: Actor) -> None:
    """A new code to the account's address; an earlier one and its confirmation hold no more.

    Raises HosoError HS3451, HS3454 where one was sent a moment ago: nobody floods an address that is not theirs.
    """
    code = token_hex(6)  # 48 bits: not to be guessed by typing
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM statistics_mail_address WHERE account_id = %s AND asked_at > clock_timestamp() - make_interval(mins => %s) FOR UPDATE",
            [actor.account_id, PAUSE],
        )
        if cursor.fetchone():
            raise HosoError("HS3454", minutes=PAUSE)
        told = ask_for_mail(
            actor.account_id, "address", f"address/{_hash(code)[:16]}",
            f"Mã xác nhận địa chỉ để nhận số liệu qua thư: {code}\nNếu bạn không hỏi mã này, hãy bỏ qua.",
            f"The code that confirms your address for figures by mail: {code}\nIf you did not ask for it, ignore this mail.",
        )  # fmt: skip
        if not told:
            raise HosoError("HS3451")
        cursor.execute(
            "INSERT INTO statistics_mail_address (account_id, address_hash, code_hash) VALUES (%s, %s, %s) ON CONFLICT (account_id)"
            " DO UPDATE SET address_hash = excluded.address_hash, code_hash = excluded.code_hash, confirmed_at = NULL,"
            " asked_at = clock_timestamp()",
            [actor.account_id, _address(actor.account_id), _hash(code)],
        )


def confirm(actor: Actor, code: str) -> None:
    """Raises HosoError HS3452 for another code, or where the address was changed meanwhile."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_hash, code_hash FROM statistics_mail_address WHERE account_id = %s", [actor.account_id]
        )
        address, kept = cursor.fetchone() or ("", "")
        if not compare_digest(kept, _hash(code.strip().lower())) or address != _address(actor.account_id):
            raise HosoError("HS3452")
        cursor.execute(
            "UPDATE statistics_mail_address SET confirmed_at = clock_timestamp() WHERE account_id = %s",
            [actor.account_id],
        )


def is_confirmed(actor: Actor) -> bool:
    """Of the address that the account has now."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT address_hash FROM statistics_mail_address WHERE account_id = %s AND confirmed_at IS NOT NULL",
            [actor.account_id],
        )
        row = cursor.fetchone()
    return row is not None and row[0] == _address(actor.account_id)


def _address(account_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_account WHERE id = %s", [account_id])
        return _hash(f"{account_id} {cursor.fetchone()[0]}")


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
