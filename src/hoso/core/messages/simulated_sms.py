"""Messages of the simulated telephone, kept encrypted until somebody of the demonstration reads them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.database.field_encryption import field_keys

USE = "simulated_sms"


@dataclass(frozen=True)
class SimulatedSms:
    at: datetime
    to: str
    text: str


def keep(to: str, text: str) -> None:
    """Keep one message."""
    keys = field_keys()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messages_simulated_sms (sent_to, text) VALUES (%s, %s)",
            [keys.encrypt(to, USE), keys.encrypt(text, USE)],
        )


def last_messages(limit: int = 20) -> list[SimulatedSms]:
    """The newest messages, newest first."""
    keys = field_keys()
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, sent_to, text FROM messages_simulated_sms ORDER BY id DESC LIMIT %s", [limit])
        return [SimulatedSms(at, keys.decrypt(to, USE), keys.decrypt(text, USE)) for at, to, text in cursor.fetchall()]
