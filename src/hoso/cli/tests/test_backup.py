"""`hoso backup` and `hoso restore`: what they refuse, and that nothing living is restored over.

That a moment is restored row for row is proved in tests/faults/test_restore_proof.py.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hoso.cli.restore import read_moment
from hoso.cli.tests.running import HOSO
from hoso.core.backup import sealing
from hoso.core.backup.store import DATABASE_FILE, Store
from hoso.core.errors import HosoError

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Commands:
    """`hoso` on a data folder with an embedded database of its own."""

    folder: Path

    def run(self, home: str, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
        own = {"HOSO_HOME": str(self.folder / home), "HOSO_BACKUP": str(self.folder / "backup")}
        own |= {"HOSO_POSTGRES": os.environ["HOSO_POSTGRES"]}
        return subprocess.run(
            [*HOSO, *arguments], env={**kept, **own, **settings}, capture_output=True, text=True, check=False
        )

    def told(self, home: str, *arguments: str, **settings: str) -> dict[str, Any]:
        done = self.run(home, *arguments, "--json", **settings)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def refusal(self, home: str, *arguments: str, **settings: str) -> str:
        done = self.run(home, *arguments, **settings)
        assert done.returncode == 2, (done.stdout, done.stderr[-1000:])
        return done.stderr[:6]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A house with an account more than when it was backed up."""
    folder = tmp_path_factory.mktemp("backing-up")
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    commands = Commands(folder)
    commands.told("house", "upgrade")
    commands.told("house", "backup")
    done = commands.run("house", "accounts", "create", "later", "--name", "X", "--role", "intake_officer")
    assert done.returncode == 0, done.stderr
    assert commands.run("house", "archive", "--once").returncode == 0
    return commands


def key_of(commands: Commands) -> str:
    return str(commands.folder / "house" / "secrets" / "backup-identity")


def test_a_whole_backup_is_verified_with_the_key_and_without(commands: Commands) -> None:
    assert commands.told("house", "backup", "--verify")["opened"] is True
    empty = commands.folder / "no-key"
    empty.touch()
    assert commands.told("house", "backup", "--verify", "--identity", str(empty))["opened"] is False


def test_nothing_in_the_backup_folder_is_in_the_clear(commands: Commands) -> None:
    sealed = [path for path in (commands.folder / "backup").rglob("*.age")]
    assert len(sealed) >= 4
    assert all(path.read_bytes().startswith(b"age-encryption.org/v1\n") for path in sealed)
    others = {path.name for path in (commands.folder / "backup").rglob("*") if path.is_file()} - {
        p.name for p in sealed
    }
    assert others == {"house.json", "mark.json", "note.json", ".lock"}


def test_the_last_moment_and_the_first_are_restored_and_a_house_is_not_restored_over(commands: Commands) -> None:
    first = Store(commands.folder / "backup").bases()[0].ended_at
    last = commands.told("last", "restore", "--identity", key_of(commands))
    early = commands.told("early", "restore", "--at", first.isoformat(), "--identity", key_of(commands))
    # The account and the event of its making came after the first moment.
    assert last["rows"]["audit_event"] == early["rows"]["audit_event"] + 1
    assert commands.refusal("last", "restore", "--identity", key_of(commands)) == "HS9014"
    replaced = commands.told("last", "restore", "--at", first.isoformat(), "--replace")  # its own key by now
    assert replaced["rows"] == early["rows"]
    assert (Path(replaced["set_aside"]) / "database" / "PG_VERSION").exists()
    # The restored house signs in with the keys it had, goes on archiving under a new timeline, and is restored again.
    assert commands.told("last", "backup")["removed"] == []
    assert commands.told("again", "restore", "--identity", key_of(commands))["rows"] == early["rows"]


def test_what_cannot_be_is_refused_by_name(commands: Commands, tmp_path: Path) -> None:
    other = tmp_path / "other-key"
    other.write_text(sealing.new_identity())
    store = Store(commands.folder / "backup")
    future = (store.last_mark().at + timedelta(hours=1)).isoformat()
    past = (store.bases()[0].ended_at - timedelta(seconds=1)).isoformat()
    key = key_of(commands)
    assert commands.refusal("new", "restore", "--identity", str(other)) == "HS9017"
    assert commands.refusal("new2", "restore", "--at", future, "--identity", key) == "HS9015"
    assert commands.refusal("new2", "restore", "--at", past, "--identity", key) == "HS9015"
    assert commands.refusal("new2", "restore", "--at", "yesterday") == "HS9021"
    assert commands.refusal("new2", "restore", DATABASE_URL="postgresql://x@/y") == "HS9013"
    assert commands.refusal("house", "backup", HOSO_BACKUP="") == "HS9010"
    assert commands.refusal("house", "backup", HOSO_BACKUP="/proc/none") == "HS9010"
    assert commands.refusal("house", "backup", HOSO_BACKUP_RECIPIENTS="age1x") == "HS1001"
    assert not (commands.folder / "new2").exists()


def test_the_folder_of_another_house_is_left_alone(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "house.json").write_text('{"format": 1, "system": "1"}')
    assert commands.refusal("house", "backup", HOSO_BACKUP=str(tmp_path)) == "HS9011"


def test_damage_is_found(commands: Commands) -> None:
    store = Store(commands.folder / "backup")
    path = store.folder_of(store.bases()[-1].name) / DATABASE_FILE
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert commands.refusal("house", "backup", "--verify") == "HS9016"
    assert commands.refusal("damaged", "restore", "--identity", key_of(commands)) == "HS9016"
    path.write_bytes(content)
    segment = max(store.wal.glob("*.age"))
    segment.rename(segment.with_suffix(".gone"))
    assert commands.refusal("house", "backup", "--verify") == "HS9016"
    segment.with_suffix(".gone").rename(segment)
    commands.told("house", "backup", "--verify")


def test_a_backup_for_a_key_that_lies_elsewhere(commands: Commands, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(sealing.new_identity() + "\n")
    to = sealing.recipient_of(key.read_text().strip())
    folder = {"HOSO_BACKUP": str(tmp_path / "other"), "HOSO_BACKUP_RECIPIENTS": to}
    commands.told("house", "backup", **folder)
    # The house itself cannot open it.
    assert commands.refusal("house", "backup", "--verify", **folder) == "HS9017"
    tmp_path.chmod(0o711)
    assert commands.told("elsewhere", "restore", "--identity", str(key), **folder)["rows"]["audit_event"] > 0
    assert not (commands.folder / "elsewhere" / "secrets" / "backup-identity").exists()


def test_a_moment_without_a_zone_is_vietnamese_time() -> None:
    assert read_moment("2026-11-26 14:30:00") == read_moment("2026-11-26T07:30:00Z")
    with pytest.raises(HosoError, match="HS9021"):
        read_moment("26/11/2026")
