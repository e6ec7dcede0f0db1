"""When the audit table takes nothing: sensitive answers stop, others go to the spool and are imported once, a full spool
stops them too. The failures are real: a missing right, a full disk of its own, a killed process, a killed server."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.test import Client
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.models import Account
from hoso.core.audit import spool
from hoso.core.audit.events import AuditEvent, AuditUnwritable, record_event
from hoso.core.audit.paths import spool_folder
from hoso.core.audit.shown import note_labels
from hoso.core.errors import HosoError

Make = Callable[..., Actor]
HIV = 1


@pytest.fixture
def dead_sink(own_database: Database) -> Iterator[Callable[[], None]]:
    """The application may no longer write events; calling it makes that good."""

    def run(statement: str) -> None:
        with psycopg.connect(own_database.admin_url) as admin:
            admin.execute(statement)

    run("ALTER TABLE audit_event DISABLE TRIGGER ALL")  # nothing of ours helps
    run("CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$")  # fmt: skip
    run("CREATE TRIGGER disk_full BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION disk_full()")
    yield lambda: run("DROP TRIGGER disk_full ON audit_event")


def count(database: Database, condition: str = "true") -> int:
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute(f"SELECT count(*) FROM audit_event WHERE {condition}").fetchone()
    assert row is not None
    return int(row[0])


def ask(actor: Actor, labels: int = 0) -> str:
    def query(_: Any) -> str:
        note_labels([labels])
        return "answer"

    return read(actor, "treatment", Asking("record.read", person_id=42, object="timeline"), query)


def test_a_sensitive_answer_stops_and_another_is_given(
    own_database: Database, actor: Make, dead_sink: Callable[[], None]
) -> None:
    doctor = actor("doctor")
    assert doctor.roles
    with pytest.raises(HosoError, match="HS2151"):
        ask(doctor, HIV)
    assert spool.state().waiting == 0
    assert ask(doctor) == "answer"
    line = orjson.loads((spool_folder() / spool.NAME).read_bytes())
    assert (line["person_id"], line["actor_id"], line["object"], line["sensitive"]) == (
        42, doctor.account_id, "timeline", False,
    )  # fmt: skip
    assert (spool_folder() / spool.NAME).stat().st_mode & 0o077 == 0
    assert count(own_database) == 0


def test_a_right_that_was_taken_away_is_noticed_too(own_database: Database, actor: Make) -> None:
    doctor = actor("doctor")
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("REVOKE INSERT ON audit_event FROM hoso_app")
    with pytest.raises(HosoError, match="HS2151"):
        ask(doctor, HIV)
    assert ask(doctor) == "answer"
    assert spool.state().waiting > 0


def test_a_write_is_undone_with_its_event(
    own_database: Database, account_with_role: Callable[..., Account], dead_sink: Callable[[], None]
) -> None:
    from django.db import transaction

    made = Account.objects.count()
    with pytest.raises(AuditUnwritable, match="HS2150"), transaction.atomic():
        account_with_role("doctor", username="moi")
        assert Account.objects.count() == made + 1
        record_event(AuditEvent(Actor(1, "x", "test"), "", "administration", "create", object="Account/9"))
    assert Account.objects.count() == made


def test_the_spool_comes_in_once_and_says_when_it_happened(
    own_database: Database, actor: Make, dead_sink: Callable[[], None]
) -> None:
    doctor = actor("doctor")
    for _ in range(3):
        ask(doctor)
    path = spool_folder() / spool.NAME
    kept = path.read_bytes()
    dead_sink()
    assert spool.import_spool() == 3
    path.write_bytes(kept)  # as if the process had been killed before it emptied the file
    assert spool.import_spool() == 0
    assert (count(own_database), count(own_database, "spooled_at < at")) == (3, 3)
    assert spool.state().waiting == 0


def test_while_the_table_takes_nothing_the_file_stays(
    own_database: Database, actor: Make, dead_sink: Callable[[], None]
) -> None:
    ask(actor("doctor"))
    before = spool.state().waiting
    with pytest.raises(Exception, match="could not extend file"):
        spool.import_spool()
    assert spool.state().waiting == before > 0


def test_half_a_line_of_a_killed_process_spoils_nothing(
    own_database: Database, actor: Make, dead_sink: Callable[[], None]
) -> None:
    ask(actor("doctor"))
    with (spool_folder() / spool.NAME).open("ab") as file:
        file.write(b'{"key": "half')
    dead_sink()
    assert spool.import_spool() == 1
    assert spool.state().waiting == 0


def test_a_full_spool_stops_reading(
    own_database: Database, actor: Make, dead_sink: Callable[[], None], settings: Any
) -> None:
    doctor = actor("doctor")
    ask(doctor)
    size = spool.state().waiting
    settings.HOSO_AUDIT_SPOOL_MB = 0
    with pytest.raises(HosoError, match="HS2152"):
        ask(doctor)
    assert spool.state().waiting == size


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB in memory."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_of_the_spool_stops_reading_and_leaves_whole_lines(
    own_database: Database, actor: Make, dead_sink: Callable[[], None], settings: Any, small_disk: Path
) -> None:
    settings.HOSO_AUDIT_SPOOL = small_disk
    doctor, given = actor("doctor"), 0
    with pytest.raises(HosoError, match="HS2152"):
        for _ in range(1000):
            ask(doctor)
            given += 1
    assert given > 10
    lines = (small_disk / spool.NAME).read_bytes().splitlines()
    assert [orjson.loads(line)["person_id"] for line in lines] == [42] * given
    dead_sink()
    assert spool.import_spool() == given


def _spool_for_ever(folder: Path) -> None:
    from django.conf import settings

    settings.HOSO_AUDIT_SPOOL = folder
    while True:
        spool.spool({"actor_id": 1})


def test_kills_leave_whole_lines(own_database: Database, tmp_path: Path, settings: Any) -> None:
    settings.HOSO_AUDIT_SPOOL = tmp_path
    for _ in range(5):
        process = multiprocessing.get_context("fork").Process(target=_spool_for_ever, args=(tmp_path,))
        process.start()
        process.join(0.2)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    whole = [line for line in (tmp_path / spool.NAME).read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    keys = {orjson.loads(line)["key"] for line in whole}
    assert len(keys) == len(whole) > 5


def test_over_http_the_answers_are_coded_and_say_no_more(
    own_database: Database, account_with_role: Callable[..., Account], dead_sink: Callable[[], None], settings: Any
) -> None:
    settings.HOSO_AUDIT_SPOOL_MB = 0
    client = Client()
    client.force_login(account_with_role("doctor"))
    response = client.get("/people/?q=nguyen")
    assert response.status_code == 503
    text = response.content.decode()
    assert "HS2152" in text
    assert "could not extend" not in text


KILLED_SERVER = """
from hoso.config import start
start.setup_django()
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent
from hoso.core.audit import spool
event = AuditEvent(Actor(1, "x", "test"), "", "treatment", "read", 42)
spool.record_or_spool(event)
import sys
print("first", flush=True)
sys.stdin.readline()  # the server is killed now
spool.record_or_spool(event)
print("second", spool.state().waiting > 0, flush=True)
sys.stdin.readline()  # and is there again
from django.db import connection
connection.close()
print("imported", spool.import_spool(), flush=True)
"""


@pytest.mark.faults
def test_a_killed_server(own_server: Database) -> None:

    from hoso.core.database import embedded

    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_SERVER], env={**os.environ, **own_server.environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    kind = os.environ.get("HOSO_POSTGRES", "wheel")
    home = own_server.home
    cluster = embedded.EmbeddedDatabase(
        home / "database", embedded._socket_folder(home), embedded.programs_folder(kind)
    )
    embedded.kill(cluster)
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "second True\n"
    embedded.start(home, kind)
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "imported 1\n"
    assert process.wait(30) == 0
    assert count(own_server) == 2
