"""The live gateway against a real SMTP server of the test (aiosmtpd): what arrives, over TLS, and how refusals are told."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hoso.core.messages.mail import Mail, MailNotSent
from hoso.gateways.mail.live import LiveMail

MAIL = Mail("bs.anh@example.vn", "HoSo", "Có việc cần xem.\n\nThere is something to see.", "<a.1.1@hoso>")


class Inbox:
    """What the server does with a mail: keeps it, or answers with `reply` at the recipient."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.reply = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.reply:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        self.kept.append((envelope.rcpt_tos, session.ssl is not None, session.auth_data, envelope.content))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def inbox(settings: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A server that wants STARTTLS and a password before it takes anything; our side trusts its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    kept = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"hoso", b"secret")
        return AuthResult(success=right, auth_data="hoso" if right else None, handled=False)

    server = Controller(
        kept, hostname="localhost", port=port, tls_context=context, require_starttls=True, authenticator=known,
        auth_required=True,
    )  # fmt: skip
    server.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.ENVIRONMENT = {
        **settings.ENVIRONMENT, "HOSO_MAIL_SERVER": ("localhost", port), "HOSO_MAIL_SECURITY": "starttls",
        "HOSO_MAIL_USER": "hoso", "HOSO_MAIL_PASSWORD": "secret", "HOSO_MAIL_FROM": "hoso@example.vn",
    }  # fmt: skip
    yield kept
    server.stop()


def test_a_mail_arrives_over_tls_from_whom_we_say_we_are(inbox: Inbox) -> None:
    LiveMail().send(MAIL)
    ((to, over_tls, who, content),) = inbox.kept
    message = message_from_bytes(content, policy=policy.default)
    assert (to, over_tls, who) == (["bs.anh@example.vn"], True, "hoso")
    assert (message["From"], message["Subject"]) == ("hoso@example.vn", "HoSo")
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<a.1.1@hoso>", "auto-generated")
    assert "Có việc cần xem." in message.get_content()


@pytest.mark.parametrize(
    ("reply", "problem", "for_good"),
    [
        ("550 No such user bs.anh@example.vn", "address refused", True),
        ("450 Mailbox busy, bs.anh@example.vn", "address refused", False),
    ],
)
def test_a_refused_address_is_told_without_it(inbox: Inbox, reply: str, problem: str, for_good: bool) -> None:
    inbox.reply = reply
    with pytest.raises(MailNotSent) as refused:
        LiveMail().send(MAIL)
    assert (refused.value.problem, refused.value.for_good) == (problem, for_good)
    assert "bs.anh" not in str(refused.value)
    assert inbox.kept == []


def test_a_wrong_password_is_told(inbox: Inbox, settings: Any) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_MAIL_PASSWORD": "wrong"}
    with pytest.raises(MailNotSent, match="sign-in refused"):
        LiveMail().send(MAIL)


def test_an_unknown_certificate_gets_no_mail(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailNotSent, match="no TLS"):
        LiveMail().send(MAIL)
    assert inbox.kept == []


def test_a_server_that_is_not_there(settings: Any) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_MAIL_SERVER": ("127.0.0.1", 9)}
    with pytest.raises(MailNotSent, match="not reached"):
        LiveMail().send(MAIL)
