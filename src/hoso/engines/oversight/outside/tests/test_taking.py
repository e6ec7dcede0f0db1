"""An outside system known only by what it sends: a real `logger` and a TLS client to the listener, AuditEvents to the API. Its
accounts appear, an access is tied to the person, a bulk export becomes a case; what is sent twice counts once; kills lose nothing
that was acknowledged."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from tests.database import ROOT, Database

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.actions import operator
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment
from hoso.core.errors import HosoError
from hoso.engines.oversight import cases, queries
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.outside.sources import dead_letters, register_source
from hoso.engines.oversight.outside.taking import Taken, take

Make = Callable[..., Actor]


@dataclass(frozen=True)
class Outside:
    database: Database
    feeder: Account
    overseer: Actor

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.admin_url) as admin:
            return admin.execute(statement).fetchall()

    @property
    def events(self) -> int:
        return int(
            self.rows(
                "SELECT count(*) FROM oversight_event e JOIN oversight_source s ON s.id = e.source_id WHERE s.key = 'his'"
            )[0][0]
        )


@pytest.fixture
def outside(own_database: Database, actor: Make) -> Outside:
    overseer = actor("overseer")
    feeder = Account.objects.create_user(
        "may.his", None, full_name="Máy HIS", kind=Account.Kind.SERVICE, owner_id=actor("administrator").account_id
    )
    with as_operator():
        Assignment.objects.create(account=feeder, role="audit_source", valid_from=date(2020, 1, 1))
    register_source(operator("test"), "his", "Bệnh viện mẫu", "Sample hospital", "may.his")
    return Outside(own_database, feeder, overseer)


def event(number: int, account: str = "his.lan", action: str = "read", **more: object) -> str:
    at = datetime.now(UTC) - timedelta(minutes=5, seconds=number % 200)
    return orjson.dumps(
        {"key": f"e{number}", "at": at.isoformat(), "account": account, "action": action, **more}
    ).decode()


def feed(outside: Outside, *texts: str) -> Any:
    return take(Actor(outside.feeder.pk, "may.his", "test"), texts)


def test_sent_twice_is_one_and_what_is_no_event_is_kept(outside: Outside) -> None:
    text = event(1)
    assert feed(outside, text, text, "không phải sự kiện") == Taken(2, 1, 1)
    assert feed(outside, text, "không phải sự kiện") == Taken(1, 0, 1)
    (letter,) = read(outside.overseer, "oversight", Asking("case.handle", object="dead letters"), dead_letters)
    assert (letter.source, letter.reason, letter.content) == ("his", "neither JSON nor CEF", "không phải sự kiện")


def test_only_a_registered_machine_feeds_and_only_its_own(outside: Outside, actor: Make) -> None:
    for role in ("doctor", "overseer", "administrator"):
        with pytest.raises(HosoError, match="HS2001"):
            take(actor(role), [event(1)])
    other = Account.objects.create_user(
        "may.khac", None, full_name="Máy khác", kind=Account.Kind.SERVICE, owner_id=outside.overseer.account_id
    )
    with as_operator():
        Assignment.objects.create(account=other, role="audit_source", valid_from=date(2020, 1, 1))
    with pytest.raises(HosoError, match="HS8030"):
        take(Actor(other.pk, "may.khac", "test"), [event(1)])
    with pytest.raises(HosoError, match="HS8031"):
        register_source(operator("test"), "his", "Trùng", "Twice", "may.khac")
    assert outside.events == 0


def test_a_bulk_export_elsewhere_becomes_a_case_here(outside: Outside) -> None:
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(5)
    )
    feed(outside, event(1), event(2, "his.tam", "export", found=9000))
    (raised,) = look_over().raised
    line = read(outside.overseer, "oversight", Asking("case.handle"), lambda scope: cases.case_line(scope, raised))
    assert (line.account, line.source_vi, line.subject_id, line.sensors) == ("his.tam", "Bệnh viện mẫu", None, ("S8",))
    told = {one.key: one for one in read(outside.overseer, "oversight", Asking("audit.read"), queries.sources)}
    assert told["his"].newest_at is not None


def test_audit_events_over_rest(outside: Outside) -> None:
    with psycopg.connect(outside.database.admin_url) as admin:
        admin.execute(
            "INSERT INTO people_identifier (kind, value, person_id, source_person_id, facility_id, package_id)"
            " VALUES ('personal_number', '079085000001', 42, 42, 1, 1)"
        )
    client = Client(headers={"authorization": f"Bearer {issue_token(outside.feeder, 'test', 1)}"})
    resource = {
        "resourceType": "AuditEvent", "id": "a1", "type": {"code": "rest"}, "action": "R", "outcome": "0",
        "recorded": datetime.now(UTC).isoformat(), "agent": [{"who": {"identifier": {"value": "his.lan"}}, "requestor": True}],
        "source": {"observer": {"display": "his"}},
        "entity": [{"what": {"identifier": {"value": "079085000001"}}, "role": {"code": "1"}}],
    }  # fmt: skip
    address = "/api/v1/oversight/fhir/AuditEvent"
    for taken in (1, 0):
        answer = client.post(address, orjson.dumps(resource), content_type="application/fhir+json")
        assert (answer.status_code, answer.json()) == (201, {"seen": 1, "taken": taken, "dead": 0})
    for body in (b"{}", orjson.dumps({"resourceType": "AuditEvent"})):
        assert client.post(address, body, content_type="application/fhir+json").status_code == 422
    assert client.post(address, b"{}", content_type="text/plain").status_code == 422
    lines = client.post("/api/v1/oversight/events", event(5) + "\n\n" + event(6), content_type="text/plain")
    assert lines.json() == {"seen": 2, "taken": 2, "dead": 0}
    assert Client().post(address, b"{}", content_type="application/fhir+json").status_code == 401
    assert outside.events == 3
    assert outside.rows("SELECT person_id, key FROM oversight_event WHERE person_id IS NOT NULL AND key = 'a1'") == [
        (42, "a1")
    ]


def test_a_file_of_lines_and_one_of_columns(outside: Outside, tmp_path: Path) -> None:
    lines, columns = tmp_path / "log.jsonl", tmp_path / "log.csv"
    lines.write_text("\n".join(event(number) for number in range(2500)), encoding="utf-8")
    at = datetime.now(UTC).isoformat()
    columns.write_text(
        f"key,at,account,action,found,sensitive\nc1,{at},his.lan,export,12,true\nc2,,his.lan,read,,\n", encoding="utf-8"
    )
    done = run_hoso(outside.database, "oversight", "take", str(lines), "--account", "may.his", "--json")
    assert orjson.loads(done.stdout) == {"seen": 2500, "taken": 2500, "dead": 0}, done.stderr
    done = run_hoso(outside.database, "oversight", "take", str(columns), "--account", "may.his", "--json")
    assert (done.returncode, orjson.loads(done.stdout)) == (1, {"seen": 1, "taken": 1, "dead": 1})


# --- the listener --------------------------------------------------------------------------------------------------


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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def _listening(database: Database, port: int, *more: str) -> Iterator["subprocess.Popen[str]"]:
    command = [*HOSO, "oversight", "listen", "--account", "may.his", "--bind", f"127.0.0.1:{port}", "--json", *more]
    process = subprocess.Popen(
        command,
        env={**os.environ, **database.environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield process
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


def test_a_client_over_tls_and_a_real_logger(outside: Outside, tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(certificate))
    port = _free_port()
    with _listening(outside.database, port, "--certificate", str(certificate), "--key", str(key)) as process:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            trust.wrap_socket(plain, server_hostname="localhost") as tls,
        ):
            tls.sendall(b"".join(_syslog(event(number)) for number in range(300)))
        with socket.create_connection(("127.0.0.1", port)) as broken:
            broken.sendall(b"this is no TLS")
        assert _until(outside, 300) == 300
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=60)
        assert orjson.loads(told.splitlines()[-1])["written"] == 300
    if shutil.which("logger") is None:
        pytest.skip("no logger on this machine")
    port = _free_port()
    milliseconds = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1000)
    cef = f"CEF:0|HIS|HIS|1|read|Record read|3|rt={milliseconds} externalId=l1 suser=his.hoa act=read src=192.0.2.9"
    with _listening(outside.database, port):
        for counted in ([], ["--octet-count"]):
            subprocess.run(
                ["logger", "-T", "-n", "127.0.0.1", "-P", str(port), "--rfc5424", *counted, "-t", "his", cef],
                check=True, timeout=30,
            )  # fmt: skip
        assert _until(outside, 301) == 301
    assert outside.rows("SELECT name FROM oversight_account WHERE name LIKE 'his.%' ORDER BY 1") == [
        ("his.hoa",),
        ("his.lan",),
    ]


def test_in_the_clear_only_on_this_machine(outside: Outside) -> None:
    done = run_hoso(outside.database, "oversight", "listen", "--account", "may.his", "--bind", "0.0.0.0:0")
    assert done.returncode != 0 and "HS8034" in done.stdout + done.stderr


SENDER = """
import sys
from hoso.cli.house import open_current_house
open_current_house()
from hoso.core.access.actor import Actor
from hoso.engines.oversight.outside.taking import Taken, take
account, folder = int(sys.argv[1]), sys.argv[2]
done = int(open(folder + "/done").read() or 0)
texts = open(folder + "/texts").read().splitlines()
while done < len(texts):
    take(Actor(account, "may.his", "test"), texts[done:done + 40])
    done += 40
    open(folder + "/done.new", "w").write(str(done))
    import os; os.replace(folder + "/done.new", folder + "/done")
"""


def test_killed_again_and_again_no_event_is_lost_or_counted_twice(outside: Outside, tmp_path: Path) -> None:
    """SIGKILL in the middle of sending, thirty times: who sends repeats what was not acknowledged."""
    total = 12_000
    (tmp_path / "texts").write_text("\n".join(event(number, found=number) for number in range(total)), encoding="utf-8")
    (tmp_path / "done").write_text("", encoding="utf-8")
    command = [sys.executable, "-c", SENDER, str(outside.feeder.pk), str(tmp_path)]
    kills = 0
    while kills < 30:
        process = subprocess.Popen(command, env={**os.environ, **outside.database.environment}, cwd=ROOT)
        before, deadline = (tmp_path / "done").read_text(), time.monotonic() + 60
        while process.poll() is None and (tmp_path / "done").read_text() == before and time.monotonic() < deadline:
            time.sleep(0.005)
        if process.poll() is not None:
            break
        time.sleep(0.003 * (kills % 7))
        process.kill()
        process.wait()
        kills += 1
    assert kills == 30, "everything was sent before it was killed often enough"
    subprocess.run(command, env={**os.environ, **outside.database.environment}, cwd=ROOT, check=True, timeout=300)
    assert outside.rows(
        "SELECT count(*), count(DISTINCT key), sum(found) FROM oversight_event e JOIN oversight_source s ON s.id = e.source_id"
        " WHERE s.key = 'his'"
    ) == [(total, total, total * (total - 1) // 2)]
