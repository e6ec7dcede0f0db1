"""Each kind of tampering, done with the owner's rights, is caught; an untouched chain is clean (docs/security/audit-tampering.md)."""

import shutil
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import psycopg
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from tests.database import Database

from hoso.core.audit import keys
from hoso.core.audit.canonical import SELECTED, genesis
from hoso.core.audit.checkpoints import Ledger, last_line
from hoso.core.audit.paths import checkpoints_folder, keys_folder
from hoso.core.audit.sealer import Sealer, accept_restore
from hoso.core.audit.sealing import Head, entries, installation_of
from hoso.core.audit.tests.chains import kinds, look, owners_hand, seal_all, write_events
from hoso.core.audit.writer import connect_writer
from hoso.core.errors import HosoError

EVENTS = 30


@pytest.fixture
def sealed(own_database: Database) -> Database:
    """Thirty events under two checkpoints."""
    write_events(EVENTS // 2)
    seal_all()
    write_events(EVENTS // 2, first_person=100)
    seal_all()
    return own_database


def test_an_untouched_chain_is_clean(sealed: Database) -> None:
    report = look()
    assert report.is_clean
    assert (report.events, report.head, report.covered, report.uncovered, report.unsealed) == (EVENTS,) * 3 + (0, 0)
    assert report.checkpoints == 3  # the key, and two


def test_what_is_younger_than_the_checkpoint_is_told_as_not_covered(sealed: Database) -> None:
    write_events(2)
    seal_all(sign=False)
    write_events(3)
    report = look()
    assert report.is_clean
    assert (report.uncovered, report.unsealed) == (2, 3)


def test_since_a_checkpoint_the_walk_is_shorter_and_clean(sealed: Database) -> None:
    moment = last_line(checkpoints_folder())
    assert moment is not None
    write_events(4)
    seal_all()
    report = look(since=moment.at)
    assert (report.is_clean, report.since, report.events) == (True, EVENTS, 4)


@pytest.mark.parametrize(
    ("column", "value"),
    [("person_id", "9999"), ("reason", "'khác'"), ("actor_id", "8"), ("sensitive", "true"), ("break_glass", "true"),
     ("outcome", "'failed'"), ("source_port", "1"), ("at", "at + interval '1 minute'"), ("device", "NULLIF('x', 'y')")],
)  # fmt: skip
def test_edit(column: str, value: str, sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(f"UPDATE audit_event SET {column} = {value} WHERE person_id = 3")
    report = look()
    assert {(finding.kind, finding.sequence) for finding in report.findings} == {("edited", 3)}


def test_delete(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_event WHERE person_id = 3")
    assert [(finding.kind, finding.sequence) for finding in look().findings] == [("deleted", 3)]


def test_delete_with_the_entry_of_the_chain(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_chain WHERE event_id = (SELECT id FROM audit_event WHERE person_id = 3)")
        owner.execute("DELETE FROM audit_event WHERE person_id = 3")
    assert {"entry missing", "chain broken"} <= kinds(look())


def test_a_dropped_month_without_its_signed_line(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"audit_event_record_{datetime.now(UTC):%Y_%m}")))
    assert kinds(look()) == {"deleted"}


def test_insert(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(
            """
            INSERT INTO audit_event (transaction_id, at, actor_id, actor_name, role, purpose, action, route, person_id, outcome)
            SELECT transaction_id, at, 9, 'ke gian', role, purpose, action, route, 555, outcome
            FROM audit_event WHERE person_id = 3
            """
        )
    report = look()
    assert kinds(report) == {"inserted"}
    assert report.events == EVENTS


def test_insert_with_an_entry_and_every_later_hash_made_anew(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(
            """
            INSERT INTO audit_event (transaction_id, at, actor_id, actor_name, role, purpose, action, route, person_id, outcome)
            SELECT transaction_id, at, 9, 'ke gian', role, purpose, action, route, 555, outcome
            FROM audit_event WHERE person_id = 3
            """
        )
        _write_chain_anew(owner)
    assert kinds(look()) == {"checkpoint differs"}


def test_reorder(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(
            """
            UPDATE audit_chain a SET transaction_id = b.transaction_id, event_id = b.event_id, leaf = b.leaf
            FROM audit_chain b WHERE (a.sequence, b.sequence) IN ((4, 5), (5, 4))
            """
        )
    assert {"reordered", "chain broken"} <= kinds(look())


def test_reorder_of_the_events_themselves(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute(
            """
            UPDATE audit_event a SET transaction_id = b.transaction_id FROM audit_event b
            WHERE (a.person_id, b.person_id) IN ((4, 5), (5, 4))
            """
        )
    assert kinds(look()) >= {"deleted", "inserted"}


def test_duplicate(sealed: Database) -> None:
    columns = "store, at, transaction_id, actor_id, actor_name, role, purpose, action, route, person_id, object, outcome, reason"
    with owners_hand(sealed) as owner:
        owner.execute(f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM audit_event WHERE person_id = 3")
    assert kinds(look()) == {"inserted"}


def test_duplicate_entry(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_chain SET sequence = sequence + 100000 WHERE sequence > 3")
        owner.execute("UPDATE audit_chain SET sequence = sequence - 99999 WHERE sequence > 100000")
        owner.execute(
            "INSERT INTO audit_chain SELECT 4, transaction_id, event_id, shelf, leaf, hash FROM audit_chain WHERE sequence = 3"
        )
    assert {"duplicated", "chain broken", "checkpoint differs"} <= kinds(look())


def test_truncate(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_chain WHERE sequence > 25)")
        owner.execute("DELETE FROM audit_chain WHERE sequence > 25")
    assert [(finding.kind, finding.detail) for finding in look().findings] == [("truncated", "26–30")]


def test_everything_emptied(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_event")
        owner.execute("DELETE FROM audit_chain")
    assert kinds(look()) == {"truncated"}


def test_full_rewrite_by_the_owner(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_event SET actor_name = 'khac' WHERE person_id = 3")
        _write_chain_anew(owner)
    report = look()
    assert [(finding.kind, finding.sequence) for finding in report.findings] == [
        ("checkpoint differs", 15),
        ("checkpoint differs", 30),
    ]


def test_a_rewrite_does_not_get_a_checkpoint_of_its_own(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_event SET actor_name = 'khac' WHERE person_id = 3")
        _write_chain_anew(owner)
    write_events(1)
    with pytest.raises(HosoError, match="HS2154"):
        seal_all()


def test_tenant_swap(sealed: Database) -> None:
    """Events and chain of another installation, whose chain is sound in itself, put in the place of ours."""
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_installation SET id = %s", [uuid4()])
        _write_chain_anew(owner)
    assert {"other installation", "checkpoint differs"} <= kinds(look())


def test_tenant_swap_of_the_events_alone(sealed: Database) -> None:
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_event SET person_id = person_id + 1000, actor_name = 'other'")
    report = look()
    assert kinds(report) == {"edited"}
    assert len(report.findings) == EVENTS


def test_clock_back(sealed: Database) -> None:
    """The server's clock an hour back: sealed as it came, and told."""
    with owners_hand(sealed) as owner:
        owner.execute(
            """
            INSERT INTO audit_event (at, actor_id, actor_name, role, purpose, action, route, outcome)
            VALUES (now() - interval '1 hour', 7, 'x', '', 'treatment', 'read', '', 'done')
            """
        )
    seal_all()
    assert [(finding.kind, finding.sequence) for finding in look().findings] == [("clock set back", 31)]


def test_clock_of_the_sealer_back(sealed: Database) -> None:
    write_events(1)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
        seal_all()
    assert kinds(look()) == {"clock set back"}


def test_a_transaction_that_commits_late_is_no_clock_set_back(sealed: Database) -> None:
    statement = """
        INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, outcome)
        VALUES (7, 'late', '', 'treatment', 'read', '', 'done')"""
    with psycopg.connect(sealed.admin_url) as late:
        late.execute(statement)
        write_events(1)
        with connect_writer() as connection:
            sealer = Sealer(connection)
            assert not sealer.round(), "nothing is sealed past a transaction that still runs"
        late.commit()
    seal_all()
    assert (look().findings, look().head) == ([], EVENTS + 2)


def test_wrong_key(sealed: Database) -> None:
    """Who rewrites the chain and signs with a key of their own."""
    _sign_last_anew(keys.make_key())
    assert kinds(look()) == {"wrong key"}


def test_wrong_key_under_the_right_name(sealed: Database) -> None:
    last = last_line(checkpoints_folder())
    assert last is not None
    _sign_last_anew(keys.make_key(), name=last.fields["key"])
    assert kinds(look()) == {"wrong key"}


def test_a_whole_other_set_of_checkpoints_is_caught_by_the_key_that_was_written_down(sealed: Database) -> None:
    first = look().first_key
    shutil.rmtree(checkpoints_folder())
    shutil.rmtree(keys_folder())
    with owners_hand(sealed) as owner:
        owner.execute("UPDATE audit_event SET actor_name = 'khac' WHERE person_id = 3")
        _write_chain_anew(owner)
    seal_all()
    assert look().is_clean, "without anything from outside nobody can tell"
    assert kinds(look(trusted=first)) == {"wrong key"}


def test_old_checkpoint(sealed: Database, tmp_path: Path, settings: object) -> None:
    """Chain and checkpoints both put back to an earlier state: the second place has kept the newer one."""
    settings.HOSO_AUDIT_CHECKPOINTS_COPY = tmp_path / "copy"  # type: ignore[attr-defined]
    old = tmp_path / "old"
    shutil.copytree(checkpoints_folder(), old)
    write_events(5)
    seal_all()
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_chain WHERE sequence > 30)")
        owner.execute("DELETE FROM audit_chain WHERE sequence > 30")
    shutil.rmtree(checkpoints_folder())
    shutil.copytree(old, checkpoints_folder())
    assert kinds(look()) == {"old checkpoint", "truncated"}
    write_events(1)
    with pytest.raises(HosoError, match="HS2154"):
        seal_all()


def test_an_edited_checkpoint(sealed: Database) -> None:
    path = next(checkpoints_folder().glob("*.jsonl"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-2], lines[-1]]))  # the middle one is gone
    assert kinds(look()) == {"checkpoint chain broken"}


def test_places_that_disagree(sealed: Database, tmp_path: Path, settings: object) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(checkpoints_folder(), copy)
    settings.HOSO_AUDIT_CHECKPOINTS_COPY = copy  # type: ignore[attr-defined]
    assert look().is_clean
    path = next(copy.glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"number":2', b'"number":7'))
    assert "places disagree" in kinds(look())


def test_old_backup(sealed: Database) -> None:
    """A database set back to an earlier state while the checkpoints went on; then declared, with the loss told for ever."""
    with psycopg.connect(sealed.admin_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE old_event AS SELECT * FROM audit_event")
        admin.execute("CREATE TABLE old_chain AS SELECT * FROM audit_chain")
    write_events(5)
    seal_all()
    with owners_hand(sealed) as owner:
        owner.execute("DELETE FROM audit_event WHERE id NOT IN (SELECT id FROM old_event)")
        owner.execute("DELETE FROM audit_chain WHERE sequence NOT IN (SELECT sequence FROM old_chain)")
    assert kinds(look()) == {"truncated"}
    write_events(1)
    with pytest.raises(HosoError, match="HS2154"):
        seal_all()
    with connect_writer() as connection:
        accept_restore(connection, "đĩa hỏng, khôi phục bản sao lưu đêm qua")
    seal_all()
    report = look()
    assert report.is_clean
    assert report.head == EVENTS + 1
    assert "đĩa hỏng" in report.restores[0]


def test_keys_change_and_everything_still_verifies(sealed: Database) -> None:
    with connect_writer() as connection:
        ledger = Ledger(installation_of(connection))
    first = look().first_key
    second = ledger.change_key()
    write_events(3)
    seal_all()
    report = look(trusted=first)
    assert (report.is_clean, report.events, report.first_key) == (True, EVENTS + 3, first)
    assert [path.stem for path in keys_folder().glob("*.pem")] == [second]
    assert (keys_folder() / f"{second}.pem").stat().st_mode & 0o077 == 0


def test_a_key_that_others_may_read_is_refused(sealed: Database) -> None:
    next(keys_folder().glob("*.pem")).chmod(0o644)
    write_events(1)
    with pytest.raises(HosoError, match="HS2155"):
        seal_all()


def _write_chain_anew(owner: psycopg.Connection) -> None:
    """What the owner can do with the code at hand: every entry computed again from the events as they stand."""
    rows = owner.execute(f"SELECT {SELECTED} FROM audit_event e ORDER BY e.transaction_id, e.id").fetchall()
    owner.execute("DELETE FROM audit_chain")
    made = [entry for _, entry in entries(Head(0, genesis(installation_of(owner))), rows)]
    with owner.cursor() as cursor, cursor.copy("COPY audit_chain FROM STDIN") as copy:
        for entry in made:
            copy.write_row(entry)


def _sign_last_anew(key: Ed25519PrivateKey, name: str = "") -> None:
    path = next(checkpoints_folder().glob("*.jsonl"))
    lines = path.read_bytes().splitlines()
    fields = orjson.loads(lines[-1])
    del fields["signature"]
    fields["key"] = name or keys.key_id(keys.public_bytes(key))
    signature = key.sign(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS))
    fields["signature"] = b64encode(signature).decode()
    path.write_bytes(b"\n".join([*lines[:-1], orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)]) + b"\n")
