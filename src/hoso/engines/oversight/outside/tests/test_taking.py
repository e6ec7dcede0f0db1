"""What another system tells is taken over: once however often it is sent, by its own machine alone, and with its accounts, reasons
and cases beside those of the house."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.actions import operator
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.engines.oversight import cases, queries
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.outside.sources import Source, dead_letters, register_source
from hoso.engines.oversight.outside.taking import Taken, take
from hoso.engines.oversight.outside.tests.outside_system import Outside, event, machine
from hoso.engines.oversight.watching import Watched, watch

Make = Callable[..., Actor]


def test_sent_twice_is_one_and_what_is_no_event_is_kept(outside: Outside) -> None:
    text = event(1)
    assert outside.feed(text, text, "không phải sự kiện") == Taken(2, 1, 1)
    assert outside.feed(text, "không phải sự kiện") == Taken(1, 0, 1)
    (letter,) = read(outside.overseer, "oversight", Asking("case.handle", object="dead letters"), dead_letters)
    assert (letter.source, letter.reason, letter.content) == ("his", "neither JSON nor CEF", "aaaaa aaaa aa aaaa")


def test_what_a_database_cannot_keep_stops_nothing(outside: Outside) -> None:
    nasty = [
        event(1, account="a\x00b", name="\x00", key="\x00"),
        event(2, found=True),
        event(3, found=2**40),
        event(4, object={"a": [1]}, role=["x"], sensitive="no", break_glass=None),
        event(5, account="\U0001f468" * 300),
        event(6).replace("his.lan", "\\ud800"),
    ]
    assert outside.feed(*nasty, event(7)) == Taken(6, 6, 1)


def test_a_clock_that_runs_ahead_is_noted_and_one_out_of_the_question_refused(outside: Outside) -> None:
    hour, year = (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "2199-01-01T00:00:00Z"
    assert outside.feed(event(1, at=hour), event(2, at=year)) == Taken(1, 1, 1)
    (line,) = [
        one for one in read(outside.overseer, "oversight", Asking("audit.read"), queries.sources) if one.key == "his"
    ]
    assert line.ahead is not None and timedelta(minutes=59) < line.ahead < timedelta(minutes=61)
    assert line.newest_at is not None and line.asked_at is not None and line.dead in (0, 1)


def test_only_a_registered_machine_feeds_and_only_its_own(outside: Outside, actor: Make) -> None:
    for role in ("doctor", "overseer", "administrator"):
        with pytest.raises(HosoError, match="HS2001"):
            take(actor(role), [event(1)])
    other = machine("may.khac", outside.overseer.account_id)
    with pytest.raises(HosoError, match="HS8030"):
        take(Actor(other.pk, "may.khac", "test"), [event(1)])
    for key, feeder in (("his", "may.khac"), ("lis", "may.his"), ("l i s", "may.khac"), ("lis", outside.overseer.name)):
        with pytest.raises(HosoError, match="HS8031"):
            register_source(operator("test"), Source(key, "Trùng", "Twice", feeder))
    assert outside.events == 0


def test_a_bulk_export_elsewhere_becomes_a_case_here(outside: Outside) -> None:
    _many_accounts()
    outside.feed(event(1), event(2, "his.tam", "export", found=9000))
    (raised,) = look_over().raised
    line = read(outside.overseer, "oversight", Asking("case.handle"), lambda scope: cases.case_line(scope, raised))
    assert (line.account, line.source_vi, line.subject_id, line.sensors) == ("his.tam", "Bệnh viện mẫu", None, ("S8",))


def test_accesses_elsewhere_are_explained_where_the_house_knows_why(outside: Outside, actor: Make) -> None:
    """The treating doctor by licence number; a colleague, weakly, by the visit at the facility; nobody else."""
    doctor = actor("doctor")
    outside.write(
        "INSERT INTO accounts_licence (account_id, number, proof, given_by) VALUES (%s, '001234/HCM-CCHN', 'bản sao giấy phép', %s)",
        doctor.account_id, outside.overseer.account_id,
    )  # fmt: skip
    outside.write(
        "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, starts_at, added_by)"
        " VALUES (7, 7, 'e1', %s, 'own', now() - interval '2 days', %s)", doctor.account_id, doctor.account_id,
    )  # fmt: skip
    outside.write(
        "INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day, package_id)"
        " VALUES (7, 7, %s, 'visit', current_date - 2, current_date, 1)", outside.facility_id,
    )  # fmt: skip
    outside.write(
        "INSERT INTO people_identifier (kind, value, person_id, source_person_id, facility_id, package_id)"
        " VALUES ('personal_number', '079085000001', 7, 7, 1, 1), ('personal_number', '079085000002', 8, 8, 1, 1)"
    )
    outside.feed(
        event(1, "001234/hcm-cchn", number="079085000001", role="doctor"),
        event(2, "001234/hcm-cchn", number="079085000002", role="doctor"),
        event(3, "his.dieu.duong", number="079085000001", role="nurse"),
        event(4, "his.dieu.duong", number="079085000009", role="nurse"),
    )

    def look(scope: Scope) -> Watched:
        return watch(scope, 30)

    found = read(outside.overseer, "oversight", Asking("audit.read", object="oversight cases"), look)
    told = {one.role: (one.facility, one.accesses, one.explained, one.weakly) for one in found.shares}
    assert told == {"doctor": (outside.facility_id, 2, 1, 0), "nurse": (outside.facility_id, 1, 0, 1)}


def test_accounts_elsewhere_stand_in_the_inventory(outside: Outside) -> None:
    old = (datetime.now(UTC) - timedelta(days=100)).isoformat()
    outside.feed(
        event(1), event(2, "his.cu", at=old), event(3, "his.quantri", role="administrator"),
        *(event(10 + n, "his.chung", address=f"192.0.2.{n % 2}") for n in range(4)),
    )  # fmt: skip
    lines = {one.name: one for one in read(outside.overseer, "oversight", Asking("audit.read"), queries.accounts)}
    assert {lines[name].source for name in ("his.lan", "his.cu", "his.chung")} == {"his"}
    assert (lines["his.lan"].tier, lines["his.quantri"].tier) == ("T3", "T1")
    assert {name for name, one in lines.items() if one.source == "his" and one.dormant} == {"his.cu"}
    assert {name for name, one in lines.items() if one.shared} == {"his.chung"}
    assert not any(one.orphaned for one in lines.values() if one.source == "his")
    owner = Account.objects.get(username=lines["his.lan"].owner)
    assert owner.pk == outside.feeder.owner_id
    Account.objects.filter(pk=owner.pk).update(is_active=False)
    lines = {one.name: one for one in read(outside.overseer, "oversight", Asking("audit.read"), queries.accounts)}
    assert lines["his.lan"].orphaned


def test_audit_events_over_rest(outside: Outside) -> None:
    outside.write(
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
        assert (answer.status_code, answer.json()) == (201, {"seen": 1, "taken": taken, "dead": 0, "passed": 0})
    for body in (b"{}", orjson.dumps({"resourceType": "AuditEvent"})):
        assert client.post(address, body, content_type="application/fhir+json").status_code == 422
    assert client.post(address, b"{}", content_type="text/plain").status_code == 422
    lines = client.post("/api/v1/oversight/events", event(5) + "\n\n" + event(6), content_type="text/plain")
    assert lines.json() == {"seen": 2, "taken": 2, "dead": 0, "passed": 0}
    assert Client().post(address, b"{}", content_type="application/fhir+json").status_code == 401
    assert outside.events == 3
    assert outside.rows("SELECT person_id FROM oversight_event WHERE key = 'a1'") == [(42,)]


def _many_accounts() -> None:
    """So small a house has less than one alert a month."""
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(5)
    )
