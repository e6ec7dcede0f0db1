"""`hoso keys`: a new key takes over, a stop in the middle loses nothing, a key that is needed is not dropped."""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.claim_packages import package, sample_3176
from tests.database import Database

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.files.encryption import key_of_file, open_encrypted
from hoso.core.files.originals import original_keys
from hoso.core.files.renewal import originals_in


def rotated(database: Database, *arguments: str) -> dict[str, Any]:
    done = run_hoso(database, "keys", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def take_in(database: Database, folder: Path) -> bytes:
    content = package([sample_3176()], "20250315")
    (folder / "one.xml").write_bytes(content)
    assert run_hoso(database, "intake", str(folder / "one.xml")).returncode == 0
    return content


def test_originals_come_under_the_new_key_and_the_old_one_is_dropped_after_the_backup(
    own_database: Database, tmp_path: Path
) -> None:
    content, originals = take_in(own_database, tmp_path), own_database.home / "originals"
    backup = tmp_path / "backup"
    settings = {"HOSO_BACKUP": str(backup)}
    run_hoso(own_database, "backup", "--without-database", **settings)
    assert rotated(own_database, "rotate", "originals")["written_anew"] == 1
    (path,) = originals_in(originals)
    assert key_of_file(path) == "0002"
    assert open_encrypted(path, original_keys(own_database.home)).read() == content
    assert run_hoso(own_database, "keys", "drop", "originals", **settings).stderr[:6] == "HS9025"  # the copy needs it
    run_hoso(own_database, "backup", "--without-database", **settings)
    old = original_keys(own_database.home).key("0001")
    assert run_hoso(own_database, "keys", "drop", "originals", **settings).returncode == 0
    assert original_keys(own_database.home).ids() == ["0002"]
    record = json.loads((own_database.home / "destroyed.jsonl").read_text())
    assert (record["what"], record["sha256_of_key"]) == ("key/originals/0001", hashlib.sha256(old).hexdigest())
    assert open_encrypted(path, original_keys(own_database.home)).read() == content


def test_a_rotation_killed_in_the_middle_is_gone_on_with(own_database: Database, tmp_path: Path) -> None:
    run_hoso(own_database, "generate", "--persons", "40", "--years", "1", "--out", str(tmp_path / "province"))
    run_hoso(own_database, "intake", str(tmp_path / "province" / "packages"))
    originals, keys = own_database.home / "originals", original_keys(own_database.home)
    hashes = sorted(path.name for path in originals_in(originals))
    assert len(hashes) > 20
    for _ in range(3):
        process = subprocess.Popen(
            [*HOSO, "keys", "rotate", "originals"], env={**os.environ, **own_database.environment}
        )
        newest = f"{int(keys.current_id()) + 1:04}"
        while process.poll() is None and not any(key_of_file(path) == newest for path in originals_in(originals)):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for path in originals_in(originals):  # under whichever key: all can be read
        open_encrypted(path, keys).read()
    rotated(own_database, "rotate", "originals", "--resume")
    assert {key_of_file(path) for path in originals_in(originals)} == {keys.current_id()}
    rotated(own_database, "drop", "originals")
    assert sorted(path.name for path in originals_in(originals)) == hashes
    assert run_hoso(own_database, "intake", str(tmp_path / "province" / "packages"), "--json").returncode == 0


def test_a_field_key_that_is_needed_stays(own_database: Database) -> None:
    for _ in range(2):
        assert rotated(own_database, "rotate", "fields")["kind"] == "fields"
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("INSERT INTO messages_simulated_sms (sent_to, text) VALUES ('enc1:0001:x', 'enc1:0001:y')")
    done = run_hoso(own_database, "keys", "drop", "fields")
    assert done.stderr[:6] == "HS9025", done.stderr[-800:]
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM messages_simulated_sms")
    assert rotated(own_database, "drop", "fields")["dropped"] == ["0001"]


SIGN = "from hoso.config import start; start.setup_django(); from django.core import signing; "


@pytest.mark.parametrize("dropped", [False, True])
def test_what_the_old_signing_key_signed_counts_until_it_is_dropped(dropped: bool, own_database: Database) -> None:
    def python(code: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **own_database.environment}
        return subprocess.run(
            [HOSO[0], "-c", SIGN + code], env=environment, capture_output=True, text=True, check=False
        )

    signed = python("print(signing.dumps(1))").stdout.strip()
    rotated(own_database, "rotate", "signing")
    if dropped:
        rotated(own_database, "drop", "signing")
    assert (python(f"signing.loads({signed!r})").returncode == 0) is not dropped
    given = run_hoso(own_database, "keys", "rotate", "signing", HOSO_SECRET_KEY="x" * 60)
    assert given.stderr[:6] == "HS9024"


def test_a_new_backup_key_opens_what_comes_and_the_old_one_what_was(own_database: Database, tmp_path: Path) -> None:
    from hoso.core.backup.backup_keys import identity_file, read_identities

    run_hoso(own_database, "backup", "--without-database", HOSO_BACKUP=str(tmp_path / "one"))
    rotated(own_database, "rotate", "backup")
    run_hoso(own_database, "backup", "--without-database", HOSO_BACKUP=str(tmp_path / "one"))
    newest, oldest = read_identities(identity_file(own_database.home))
    from hoso.core.backup.secret_bundles import bundles_in, restore_secrets
    from hoso.core.errors import HosoError

    bundles = bundles_in(tmp_path / "one" / "secrets")
    assert len(bundles) == 2
    assert restore_secrets(tmp_path / "one" / "secrets", tmp_path / "home", [newest, oldest]) > 0
    with pytest.raises(HosoError, match="HS9017"):  # the older bundle
        restore_secrets(tmp_path / "one" / "secrets", tmp_path / "other", [newest])
