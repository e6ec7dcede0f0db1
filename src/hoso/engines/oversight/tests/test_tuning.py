"""A sensor that is often wrong is proposed a lower severity; one officer proposes, another decides, and the look then uses it."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.core.messages.notices import unread_notices
from hoso.engines.oversight import in_force, tuning
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.in_force import sensors_in_force
from hoso.engines.oversight.sensing import sensors
from hoso.engines.oversight.tuning import Due

Make = Callable[..., Actor]
ASKING = Asking("case.handle", object="severities")


def close(database: Database, by: Actor, other: Actor, sensor: str, outcome: str, cases: int) -> None:
    """So many cases of one hit of five points, closed with this outcome."""
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("SET session_replication_role = replica")
        account = admin.execute(
            "INSERT INTO oversight_account (source_id, key, name, first_at, last_at) VALUES (1, 'x', 'x', now(), now())"
            " ON CONFLICT (source_id, key) DO UPDATE SET name = 'x' RETURNING id"
        ).fetchone()
        assert account
        for _ in range(cases):
            row = admin.execute(
                "INSERT INTO oversight_case (account_id, opened_by, risk) VALUES (%s, %s, 10) RETURNING id", (account[0], by.account_id)
            ).fetchone()  # fmt: skip
            assert row
            admin.execute(
                "INSERT INTO oversight_evidence (case_id, event, sensor, points, reasons, source, at, role, purpose, action, object,"
                " outcome, sensitive, break_glass, address)"
                " VALUES (%s, %s, %s, 5, '{}', 'hoso', now(), 'doctor', 'treatment', 'read', '', 'done', false, false, '')",
                (row[0], 1000 + row[0], sensor),
            )
            admin.execute(
                "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by, decided_by, decided_at, agreed)"
                " VALUES (%s, 'close', %s, 'đã đối chiếu lịch trực', %s, %s, now(), true)",
                (row[0], outcome, by.account_id, other.account_id),
            )


def due(actor: Actor) -> dict[str, Due]:
    return {one.sensor: one for one in read(actor, "oversight", ASKING, tuning.due)}


def severity(actor: Actor, key: str) -> float:
    return read(actor, "oversight", ASKING, lambda scope: {one.key: one.severity for one in sensors_in_force()}[key])


def test_outcomes_propose_two_decide_and_the_look_uses_it(
    own_database: Database, actor: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = actor("overseer"), actor("overseer")
    close(own_database, one, other, "S9", "false_alarm", 4)
    assert due(one) == {}  # too few
    close(own_database, one, other, "S9", "false_alarm", 3)
    close(own_database, one, other, "S9", "confirmed", 1)
    close(own_database, one, other, "S8", "confirmed", 8)
    close(own_database, one, other, "S8", "false_alarm", 4)
    (found,) = due(one).values()
    before = severity(one, "S9")
    assert (found.sensor, found.before, found.severity) == ("S9", before, round(before * 0.75, 3))
    assert (found.counts.closed, found.counts.false_alarm, found.counts.confirmed) == (8, 7, 1)
    number = tuning.propose(one, "S9")
    assert due(one) == {} and severity(one, "S9") == before  # nothing changes by itself
    for wrong in ("S9", "S8", "S99", "'"):
        with pytest.raises(HosoError, match="HS9060"):
            tuning.propose(other, wrong)
    with pytest.raises(HosoError, match="HS8022"):
        tuning.decide_on(one, number, True)
    with pytest.raises(HosoError, match="HS2001"):
        tuning.decide_on(actor("doctor"), number, True)
    tuning.decide_on(other, number, True)
    for again in (number, number + 100):
        with pytest.raises(HosoError, match="HS9060"):
            tuning.decide_on(other, again, False)
    assert severity(one, "S9") == found.severity and due(one) == {}
    assert unread_notices(one)[0].text_en.count("S9") == 1
    with psycopg.connect(own_database.admin_url) as admin:
        told = admin.execute(
            "SELECT object FROM audit_event WHERE object LIKE 'oversight rules:%%S9%%' ORDER BY id"
        ).fetchall()
        assert [row[0] for row in told] == [
            "oversight rules: proposed/S9", f"oversight rules: severity of S9: {before:g} → {found.severity:g}",
        ]  # fmt: skip
        for change in ("DELETE FROM oversight_tuning", "UPDATE oversight_tuning SET accepted = false"):
            with pytest.raises(psycopg.Error, match=r"never changed|decided once"), admin.transaction():
                admin.execute(change)
    edited = tuple(replace(each, severity=each.severity + 1) for each in sensors())
    monkeypatch.setattr(in_force, "sensors", lambda: edited)
    assert severity(one, "S9") == before + 1  # who edits the definition decides anew


def test_what_is_refused_is_proposed_again_only_by_new_cases(own_database: Database, actor: Make) -> None:
    one, other = actor("overseer"), actor("overseer")
    close(own_database, one, other, "S9", "false_alarm", 6)
    before = severity(one, "S9")
    tuning.decide_on(other, tuning.propose(one, "S9"), False)
    assert due(one) == {} and severity(one, "S9") == before
    close(own_database, one, other, "S9", "false_alarm", 5)
    assert due(other)["S9"].counts.closed == 5
    (refused,) = read(other, "oversight", ASKING, tuning.proposals)
    assert (refused.accepted, refused.counts.closed) == (False, 6)


def test_the_look_weighs_by_the_accepted_severity(own_database: Database, actor: Make) -> None:
    one, other, clerk = actor("overseer"), actor("overseer"), actor("release_officer")
    close(own_database, one, other, "S8", "false_alarm", 5)
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("UPDATE oversight_account SET key = %s", (str(clerk.account_id),))

    def points(key: str) -> float:
        """Of an export now; the first becomes a case, whose evidence stays as it was weighed."""
        with psycopg.connect(own_database.admin_url) as admin:
            admin.execute("SELECT oversight_prepare_years(now(), now())")
            admin.execute(
                "INSERT INTO oversight_event (source_id, key, at, account_id, role, purpose, action, object, outcome, sensitive,"
                " break_glass, found, address, device) SELECT 1, %s, now() - interval '1 hour', id, 'release_officer', '', 'export', '',"
                " 'done', false, false, 9000, '', '' FROM oversight_account", (key,),
            )  # fmt: skip
        look_over()
        with psycopg.connect(own_database.admin_url) as admin:
            ((found,),) = admin.execute(
                "SELECT h.points::float8 FROM oversight_event e JOIN (SELECT event, sensor, points FROM oversight_hit UNION ALL"
                " SELECT event, sensor, points FROM oversight_evidence) h ON h.event = e.number WHERE e.key = %s AND h.sensor = 'S8'",
                (key,),
            ).fetchall()
        return float(found)

    before = points("e1")
    tuning.decide_on(other, tuning.propose(one, "S8"), True)
    assert points("e2") == pytest.approx(before * 0.75, rel=1e-3)
