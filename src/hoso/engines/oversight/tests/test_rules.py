"""Who edits a rule by which accesses are judged does not do so unseen."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.definitions import ENVIRONMENT_NAME, definitions_folder
from hoso.core.messages.notices import unread_notices
from hoso.engines.oversight.alarms import look_over

Make = Callable[..., Actor]
EVENTS = "SELECT object FROM audit_event WHERE object LIKE 'oversight rules:%' AND action = 'update' ORDER BY id"


def told(database: Database) -> list[str]:
    with psycopg.connect(database.admin_url) as admin:
        return [row[0] for row in admin.execute(EVENTS).fetchall()]


def test_an_edited_rule_is_an_event_and_every_officer_is_told_once(
    own_database: Database, actor: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, doctor = actor("overseer"), actor("doctor")
    shutil.copytree(definitions_folder(), tmp_path / "definitions")
    monkeypatch.setenv(ENVIRONMENT_NAME, str(tmp_path / "definitions"))
    look_over()
    look_over()
    assert told(own_database) == [] and unread_notices(officer) == []  # the same rules are no news
    rule = tmp_path / "definitions" / "oversight" / "sensors" / "s08_export.yaml"
    before = rule.read_text()
    rule.write_text(before + "# nothing above ten million rows matters\n")
    look_over()
    look_over()
    assert told(own_database) == ["oversight rules: sensors/s08_export.yaml"]
    (notice,) = unread_notices(officer)
    assert "s08_export" in notice.text_vi and unread_notices(doctor) == []
    rule.write_text(before)  # back again is a change too
    look_over()
    assert len(told(own_database)) == len(unread_notices(officer)) == 2


def test_what_was_seen_stays(own_database: Database) -> None:
    look_over()
    with psycopg.connect(own_database.admin_url) as owner, pytest.raises(psycopg.DatabaseError, match="never changed"):
        owner.execute("UPDATE oversight_rules SET files = '{}'")
