"""Mail by SMTP (settings HOSO_MAIL…), over TLS; Django's backend speaks the protocol."""

import smtplib
import ssl
from email.utils import formatdate

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from hoso.core.messages.mail import Mail, MailNotSent

PATIENCE_SECONDS = 15
PERMANENT = 500  # SMTP: replies from here on say that trying again is no use (RFC 5321 section 4.2.1)


class LiveMail:
    def send(self, mail: Mail) -> None:
        """Raises MailNotSent; what the server answered, which may name the address, is told to nobody."""
        known = settings.ENVIRONMENT
        host, port = known["HOSO_MAIL_SERVER"]
        backend = EmailBackend(
            host=host, port=port, username=known["HOSO_MAIL_USER"], password=known["HOSO_MAIL_PASSWORD"],
            use_tls=known["HOSO_MAIL_SECURITY"] == "starttls", use_ssl=known["HOSO_MAIL_SECURITY"] == "tls",
            timeout=PATIENCE_SECONDS, fail_silently=False,
        )  # fmt: skip
        message = EmailMessage(
            mail.subject, mail.text, known["HOSO_MAIL_FROM"], [mail.to],
            headers={"Message-ID": mail.message_id, "Date": formatdate(), "Auto-Submitted": "auto-generated"},
        )  # fmt: skip
        if mail.pdf:
            message.attach("hoso.pdf", mail.pdf, "application/pdf")
        try:
            backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            raise MailNotSent("address refused", for_good=code >= PERMANENT) from None
        except smtplib.SMTPAuthenticationError:
            raise MailNotSent("sign-in refused") from None
        except smtplib.SMTPResponseException as error:
            raise MailNotSent("refused", for_good=error.smtp_code >= PERMANENT) from None
        except ssl.SSLError:
            raise MailNotSent("no TLS") from None
        except (smtplib.SMTPException, OSError):
            raise MailNotSent("not reached") from None
