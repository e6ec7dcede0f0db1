"""The mail of a demonstration: each one a file in `HOSO_HOME/demo/mail`, and it goes nowhere.

Only a data folder marked as a demonstration has it (config/settings.py), never one with real persons.
"""

from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from hoso.core.messages.mail import Mail


def mail_folder() -> Path:
    folder: Path = settings.HOSO_HOME / "demo" / "mail"
    return folder


class SimulatedMail:
    def send(self, mail: Mail) -> None:
        message = EmailMessage()
        message["To"], message["Subject"], message["Message-ID"] = mail.to, mail.subject, mail.message_id
        message.set_content(mail.text, cte="8bit")
        if mail.pdf:
            message.add_attachment(mail.pdf, maintype="application", subtype="pdf", filename="hoso.pdf")
        mail_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        name = sha256(mail.message_id.encode()).hexdigest()[:16]
        (mail_folder() / f"{name}.eml").write_bytes(message.as_bytes())
