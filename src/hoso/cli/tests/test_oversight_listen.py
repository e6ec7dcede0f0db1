"""The listener, with senders we did not write: `logger` in the clear, `logger` through `openssl s_client`, rsyslog over TLS."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.database import ROOT, Database

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.models import Account
from hoso.engines.oversight import cases
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.outside.tests.outside_system import OF_THE_SYSTEM, Outside, event

CEF = "CEF:0|HIS|HIS|1|{action}|Record|3|rt={at} externalId={key} suser={account} act={action} src=192.0.2.9"


def cef(key: str, account: str, action: str = "read", more: str = "") -> str:
    """A line as a hospital's software writes it."""
    at = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1000)
    return CEF.format(key=key, account=account, action=action, at=at) + more


@dataclass(frozen=True)
class Listening:
    """A listener that runs; `certificate` is its own, and empty in the clear."""

    port: int
    process: "subprocess.Popen[str]"
    certificate: str

    def stop(self) -> dict[str, int]:
        self.process.send_signal(signal.SIGTERM)
        told, _ = self.process.communicate(timeout=60)
        found: dict[str, int] = orjson.loads(told.splitlines()[-1])
        return found


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


@contextmanager
def listening(database: Database, tls: Path | None = None) -> Iterator[Listening]:
    """`hoso oversight listen` on a free port, with a certificate made in the folder `tls`."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = int(one.getsockname()[1])
    certificate, key = _certificate(tls) if tls else ("", "")
    more = ["--certificate", str(certificate), "--key", str(key)] if tls else []
    process = subprocess.Popen(
        [*HOSO, "oversight", "listen", "--account", "may.his", "--bind", f"127.0.0.1:{port}", "--json", *more],
        env={**os.environ, **database.environment}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield Listening(port, process, str(certificate))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)


def _until(outside: Outside, wanted: int) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and outside.events < wanted:
        time.sleep(0.1)
    return outside.events


def _syslog(text: str) -> bytes:
    message = f"<110>1 {datetime.now(UTC).isoformat()} his app 12 ID47 - ".encode() + text.encode()
    return b"%d %s" % (len(message), message)


def test_a_client_that_sends_over_tls_and_leaves_at_once(outside: Outside, tmp_path: Path) -> None:
    with listening(outside.database, tmp_path) as listener:
        trust = ssl.create_default_context(cafile=listener.certificate)
        for turn in range(20):
            with (
                socket.create_connection(("127.0.0.1", listener.port)) as plain,
                trust.wrap_socket(plain, server_hostname="localhost") as tls,
            ):
                tls.sendall(b"".join(_syslog(event(300 * turn + number)) for number in range(300)))
        with socket.create_connection(("127.0.0.1", listener.port)) as broken:
            broken.sendall(b"this is no TLS")
        assert _until(outside, 6000) == 6000
        assert listener.stop()["written"] == 6000


def test_logger_in_the_clear_on_this_machine_and_through_openssl(outside: Outside, tmp_path: Path) -> None:
    with listening(outside.database) as listener:
        sent_twice = cef("l1", "his.hoa")
        for counted in ([], ["--octet-count"]):
            _logger("-T", "-n", "127.0.0.1", "-P", str(listener.port), *counted, sent_twice)
        assert _until(outside, 1) == 1
    with listening(outside.database, tmp_path) as listener:
        line = _logger("-d", "-n", "127.0.0.1", "-P", "9", "--no-act", "--stderr", cef("l2", "his.hue"))
        subprocess.run(
            ["openssl", "s_client", "-connect", f"localhost:{listener.port}", "-CAfile", listener.certificate,
             "-verify_return_error", "-quiet", "-no_ign_eof"],
            input=line, check=True, timeout=30, capture_output=True, text=True,
        )  # fmt: skip
        assert _until(outside, 2) == 2
    assert outside.rows("SELECT name FROM oversight_account WHERE name LIKE 'his.%%' ORDER BY 1") == [
        ("his.hoa",),
        ("his.hue",),
    ]


@pytest.mark.skipif(shutil.which("rsyslogd") is None, reason="no rsyslogd on this machine")
def test_rsyslog_over_tls_gives_accounts_and_a_case(outside: Outside, tmp_path: Path) -> None:
    """The whole way: `logger` to rsyslog's socket, rsyslog over TLS to the listener, and an export by night becomes a case."""
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(5)
    )
    with listening(outside.database, tmp_path) as listener, _rsyslog(tmp_path, listener) as socket_path:
        for number in range(200):
            _logger("--socket", str(socket_path), cef(f"r{number}", f"his.{number % 5}"))
        _logger("--socket", str(socket_path), cef("big", "his.tam", "export", " cn1=9000 cn1Label=found"))
        assert _until(outside, 201) == 201
    assert outside.rows(f"SELECT count(DISTINCT e.account_id) {OF_THE_SYSTEM}") == [(6,)]
    (raised,) = look_over().raised
    line = read(outside.overseer, "oversight", Asking("case.handle"), lambda scope: cases.case_line(scope, raised))
    assert (line.account, line.source_vi, line.sensors) == ("his.tam", "Bệnh viện mẫu", ("S8",))


def test_in_the_clear_only_on_this_machine(outside: Outside) -> None:
    done = run_hoso(outside.database, "oversight", "listen", "--account", "may.his", "--bind", "0.0.0.0:0")
    assert done.returncode != 0 and "HS8034" in done.stdout + done.stderr


def _logger(*words: str) -> str:
    done = subprocess.run(
        ["logger", "--rfc5424", "-t", "his", *words],
        check=True, timeout=30, capture_output=True, text=True,
    )  # fmt: skip
    return done.stderr


@contextmanager
def _rsyslog(folder: Path, listener: Listening) -> Iterator[Path]:
    """A real rsyslogd that takes from a socket of its own and sends on as the connection guide says."""
    taken_from, settings = folder / "log", folder / "rsyslog.conf"
    settings.write_text(
        f"""
        module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="{taken_from}" CreatePath="on" UseSpecialParser="off" ParseHostname="on")
        global(workDirectory="{folder}" maxMessageSize="64k" DefaultNetstreamDriverCAFile="{listener.certificate}")
        action(type="omfwd" target="127.0.0.1" port="{listener.port}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"
               TCP_Framing="octet-counted" StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
               StreamDriverPermittedPeers="localhost" queue.type="LinkedList" action.resumeRetryCount="-1")
        """
    )
    process = subprocess.Popen(["rsyslogd", "-n", "-f", str(settings), "-i", str(folder / "pid")])
    deadline = time.monotonic() + 30
    while not taken_from.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        yield taken_from
    finally:
        process.terminate()
        process.wait(30)
