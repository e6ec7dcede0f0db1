"""The export: only with the permission and a reason, an event itself before anything leaves, whole or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.database import Database

from hoso.cli.tests.running import run_hoso
from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.audit.exporting import export
from hoso.core.audit.queries import Filters
from hoso.core.audit.tests.chains import write_events
from hoso.core.errors import HosoError

Make = Callable[..., Actor]


def rows(database: Database, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.admin_url) as admin:
        return admin.execute(question).fetchall()


def test_it_is_an_event_with_its_reason_before_the_first_line_leaves(own_database: Database, actor: Make) -> None:
    write_events(5)
    overseer = actor("overseer")
    seen: list[tuple[object, ...]] = []

    def write(event: object, line: str) -> None:
        seen.extend(rows(own_database, "SELECT action, reason, object, found FROM audit_event WHERE action = 'export'"))

    assert export(overseer, "json", Filters(), "điều tra 12/2026", write) == 6  # with the export itself
    assert seen[0] == ("export", "điều tra 12/2026", "audit events as json", 5)


def test_filters_narrow(own_database: Database, actor: Make) -> None:
    write_events(5)
    lines: list[str] = []
    export(actor("overseer"), "json", Filters(person_id=3), "lý do", lambda event, line: lines.append(line))
    assert [json.loads(line)["person_id"] for line in lines] == [3]


@pytest.mark.parametrize("role", ["doctor", "administrator", "intake_officer"])
def test_nobody_else_may(role: str, own_database: Database, actor: Make) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        export(actor(role), "json", Filters(), "lý do", lambda event, line: pytest.fail("left"))
    assert rows(own_database, "SELECT action, outcome FROM audit_event") == [("refuse", "refused")]


def test_not_without_a_reason(own_database: Database, actor: Make) -> None:
    with pytest.raises(HosoError, match="HS2157"):
        export(actor("overseer"), "json", Filters(), "  ", lambda event, line: pytest.fail("left"))


def test_the_command(own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path) -> None:
    write_events(3)
    name = account_with_role("overseer").username
    out = tmp_path / "events.ndjson"
    common = ("audit", "export", "--format", "fhir", "--to", str(out), "--json")
    refused = run_hoso(own_database, *common)
    assert refused.returncode == 2
    assert "HS2157" in refused.stderr
    assert not out.exists()
    done = run_hoso(own_database, *common, "--account", name, "--reason", "nộp cho SIEM", "--since", "2020-01-01")
    assert json.loads(done.stdout.splitlines()[-1])["events"] == 4
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {one["resourceType"] for one in found} == {"AuditEvent"}
    assert out.stat().st_mode & 0o077 == 0
    wrong = run_hoso(own_database, *common, "--account", name, "--reason", "x", "--since", "hôm qua")
    assert "HS2156" in wrong.stderr


def test_verify_as_a_command(own_database: Database) -> None:
    write_events(2)
    clean = run_hoso(own_database, "audit", "verify", "--json")
    assert json.loads(clean.stdout.splitlines()[-1])["clean"] is True
    from hoso.core.audit.tests.chains import owners_hand, seal_all

    seal_all()
    with owners_hand(own_database) as owner:
        owner.execute("UPDATE audit_event SET reason = 'khác' WHERE person_id = 1")
    tampered = run_hoso(own_database, "audit", "verify")
    assert tampered.returncode == 1
    assert "event was edited: #1" in tampered.stdout


def test_who_looked_at_me(own_database: Database, actor: Make, account_with_role: Callable[..., Account]) -> None:
    from hoso.core.access.reading import Asking, read
    from hoso.core.audit import queries
    from hoso.core.places.facilities import ensure_facility

    hospital = ensure_facility("91002", "Bệnh viện A")
    account = account_with_role("doctor", facility=hospital)
    doctor = actor(account=account)
    read(
        replace(doctor, route="person"),
        "treatment",
        Asking("record.read", person_id=42, object="timeline"),
        lambda _: 1,
    )
    read(doctor, "treatment", Asking("record.read", person_id=43, object="timeline"), lambda _: 1)
    looks = read(
        actor("overseer"),
        "oversight",
        Asking("audit.read", person_id=42),
        lambda scope: queries.who_looked_at(scope, 42),
    )
    (look,) = looks
    assert (look.who, look.role_vi, look.role_en, look.facility) == (
        account.full_name,
        "Bác sĩ",
        "Doctor",
        hospital.name,
    )
    assert (look.purpose_vi, look.what, look.action) == ("Khám bệnh, chữa bệnh", "timeline", "read")
    # A doctor sees of the audit only what they did themselves.
    own = read(doctor, "treatment", Asking("record.read", person_id=43), lambda scope: queries.who_looked_at(scope, 43))
    assert {one.who for one in own} == {account.full_name}
