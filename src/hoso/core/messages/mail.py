"""Mail to the people of this house: asked for with the act it tells of, sent by a job (docs/decisions/0065-mail-by-job.md).

A mail says that there is something to see, and where. No person's data stands in one.
A PDF with figures may go with it, where its reader subscribed to it (docs/decisions/0204-figures-by-mail.md).
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from hoso.core.database.field_encryption import field_keys

USE, USE_OF_FILE = "mail", "mail.file"
SUBJECT = "HoSo"  # says nothing to whoever sees a list of mails on a telephone
FOOT = (
    "Thư tự động của HoSo, xin đừng trả lời. Nếu thư không dành cho bạn, hãy xoá đi.\n"
    "Automatic mail of HoSo, please do not reply. If it is not for you, delete it."
)


@dataclass(frozen=True)
class Mail:
    """One mail as a gateway gets it; `message_id` is the same at every try."""

    to: str
    subject: str
    text: str
    message_id: str
    pdf: bytes = b""  # a file beside the text


class MailNotSent(Exception):
    """It did not leave. `problem` is a word of ours; `for_good` where trying again is no use."""

    def __init__(self, problem: str, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.for_good = problem, for_good


class MailGateway(Protocol):
    """Who takes mail from us; lives in `hoso.gateways.mail`."""

    def send(self, mail: Mail) -> None:
        """Hand it over. Raises MailNotSent."""


def mail_is_on() -> bool:
    return bool(settings.MAIL_GATEWAY)


def gateway() -> MailGateway:
    made: MailGateway = import_string(settings.MAIL_GATEWAY)()
    return made


def ask_for_mail(account_id: int, kind: str, key: str, text_vi: str, text_en: str, pdf: bytes = b"") -> bool:
    """Ask, in the running transaction, for a mail to the account's own address; the same key again changes nothing.

    Returns whether there will be one: not without a gateway, nor for an account without an address or that is locked.
    """
    if not mail_is_on():
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_account WHERE id = %s AND is_active", [account_id])
        (address,) = cursor.fetchone() or ("",)
        if not address:
            return False
        keys = field_keys()
        cursor.execute(
            "INSERT INTO messages_mail (account_id, key, kind, sent_to, text, attachment) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [
                account_id,
                key,
                kind,
                keys.encrypt(address, USE),
                keys.encrypt(f"{text_vi}\n\n{text_en}\n\n{FOOT}", USE),
                keys.encrypt(b64encode(pdf).decode(), USE_OF_FILE) if pdf else "",
            ],
        )
    return True


def where(link: str) -> str:
    """An address of this house for a mail, or, where it does not know its own, only the path."""
    return f"{settings.PUBLIC_URL}{link}"
