"""An incident's clocks: two flows, each with its own hours and form; the file stays as it was written."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.database import Database

from hoso.core.accounts.actions import operator
from hoso.core.errors import HosoError
from hoso.core.incidents.actions import add_step, open_incident
from hoso.core.incidents.clocks import duties
from hoso.core.incidents.queries import incident, incidents

FOUND = datetime(2026, 8, 30, 20, 15, tzinfo=UTC)  # the evening before a holiday: these clocks do not stop

# The rows of the law, written out a second time: duty, hours, flow, form.
FIRST, REPORT = ("first_notice", 24, "cyber_security", ""), ("incident_report", 72, "cyber_security", "")
AT_ONCE = ("first_notice_at_once", 0, "cyber_security", "")
DATA, PEOPLE = ("data_notice", 72, "personal_data", "Mẫu 08"), ("tell_the_people", 72, "personal_data", "")


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["ordinary"], [REPORT]),
        (["serious"], [FIRST, REPORT]),
        (["national_security"], [AT_ONCE, REPORT]),
        (["personal_data"], [DATA]),
        (["serious", "personal_data"], [FIRST, REPORT, DATA]),
        (["biometric_or_location"], [DATA, PEOPLE]),
        (
            ["serious", "national_security", "personal_data", "biometric_or_location"],
            [AT_ONCE, FIRST, REPORT, DATA, PEOPLE],
        ),
    ],
)
def test_each_kind_brings_its_duties(kinds: list[str], expected: list[tuple[str, int, str, str]]) -> None:
    found = duties(kinds, FOUND, {})
    assert [(d.key, int((d.due - FOUND) / timedelta(hours=1)), d.flow, d.form) for d in found] == expected


def test_a_duty_is_late_the_moment_after_and_stays_so() -> None:
    (report,) = duties(["ordinary"], FOUND, {})
    due = FOUND + timedelta(hours=72)
    assert report.state(due) == "open"
    assert report.state(due + timedelta(seconds=1)) == "late"
    assert duties(["ordinary"], FOUND, {"incident_report": due})[0].state(due + timedelta(days=9)) == "done"
    late = due + timedelta(seconds=1)
    assert duties(["ordinary"], FOUND, {"incident_report": late})[0].state(late) == "done_late"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(HosoError, match="HS9030"):
        duties(["flood"], FOUND, {})


@pytest.mark.django_db
def test_one_flow_does_not_fulfil_the_other() -> None:
    who = operator("test")
    number = open_incident(who, "Mất máy tính", FOUND, ["serious", "personal_data"])
    add_step(who, number, "Đã gửi công văn", FOUND + timedelta(hours=3), "first_notice")
    add_step(who, number, "Đã gọi điện", FOUND + timedelta(hours=1))
    found = incident(number)
    states = {duty.key: duty.state(FOUND + timedelta(hours=80)) for duty in duties(found.kinds, FOUND, found.done)}
    assert states == {"first_notice": "done", "incident_report": "late", "data_notice": "late"}
    assert [one.id for one in incidents()] == [number]


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "duty", "code"), [(0, "", "HS9031"), (1, "tell_the_people", "HS9032")])
def test_what_the_file_does_not_have_is_refused(number: int, duty: str, code: str) -> None:
    real = open_incident(operator("test"), "x", FOUND, ["ordinary"])
    with pytest.raises(HosoError, match=code):
        add_step(operator("test"), real if number else real + 1, "x", FOUND, duty)


@pytest.mark.django_db
def test_a_duty_is_done_once() -> None:
    who = operator("test")
    number = open_incident(who, "x", FOUND, ["ordinary"])
    add_step(who, number, "x", FOUND, "incident_report")
    with pytest.raises(HosoError, match="HS9032"):
        add_step(who, number, "x", FOUND, "incident_report")


@pytest.mark.parametrize("url", ["admin_url", "app_url"])
@pytest.mark.parametrize("statement", ["UPDATE incidents_{} SET recorded_by = 'x'", "DELETE FROM incidents_{}"])
def test_nothing_recorded_is_changed(url: str, statement: str, own_database: Database) -> None:
    open_incident(operator("test"), "x", FOUND, ["ordinary"])
    with psycopg.connect(getattr(own_database, url), autocommit=True) as database:
        for table in ("incident", "step"):
            with pytest.raises(psycopg.Error):
                database.execute(statement.format(table).encode())
