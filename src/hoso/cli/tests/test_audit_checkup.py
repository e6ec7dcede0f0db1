"""What the doctor says of the audit: sealed in time, room on every disk, nothing in the spool; each with its alarm."""

import shutil
from collections import namedtuple
from typing import Any

import pytest
from tests.database import Database

from hoso.cli import audit_checkup
from hoso.core.audit import spool
from hoso.core.audit.tests.chains import owners_hand, seal_all, write_events

Usage = namedtuple("Usage", "total used free")


def test_all_is_well_after_sealing(own_database: Database) -> None:
    write_events(3)
    seal_all()
    assert audit_checkup.audit_sealing().state == "ok"
    assert audit_checkup.audit_spool().state == "ok"


def test_events_that_wait_too_long_are_told(own_database: Database) -> None:
    with owners_hand(own_database) as owner:
        owner.execute(
            "INSERT INTO audit_event (at, actor_id, actor_name, role, purpose, action, route, outcome)"
            " VALUES (now() - interval '5 minutes', 1, 'x', '', '', 'read', '', 'done')"
        )
    assert audit_checkup.audit_sealing().state == "warning"


def test_a_chain_without_its_checkpoint_is_a_problem(own_database: Database) -> None:
    write_events(3)
    seal_all()
    with owners_hand(own_database) as owner:
        owner.execute("DELETE FROM audit_chain")
    finding = audit_checkup.audit_sealing()
    assert (finding.state, "HS2154" not in finding.told) == ("problem", True)


@pytest.mark.parametrize(("free", "state"), [(10 * 1024**3, "ok"), (1024**3, "warning"), (100 * 1024**2, "problem")])
def test_the_doctor_warns_before_a_disk_is_full(
    free: int, state: str, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(free * 2, free, free))
    assert audit_checkup.audit_room().state == state


def test_a_spool_with_something_in_it_is_told(own_database: Database, settings: Any) -> None:
    spool.spool({"actor_id": 1})
    assert audit_checkup.audit_spool().state == "warning"
    settings.HOSO_AUDIT_SPOOL_MB = 0
    assert audit_checkup.audit_spool().state == "problem"
