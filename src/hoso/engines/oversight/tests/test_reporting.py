"""The month's report counts what happened in the month, by facility and tier, and what became of the cases."""

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest
from django.utils import timezone
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.engines.oversight.reporting import Report, Use, Yield, month_report

Make = Callable[..., Actor]
MONTH = date(2026, 3, 1)
EVENTS = """
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, facility_id, role, purpose, action, object, outcome,
                                 sensitive, break_glass, address, device)
    SELECT 1, n::text, day::timestamptz, 1 + n % 2, 7 + n % 3, NULL, role, 'treatment', 'read', '', 'done', false, false, '', ''
    FROM unnest(ARRAY['2026-02-28 23:59+07', '2026-03-01 00:00+07', '2026-03-31 23:59+07', '2026-03-15 10:00+07', '2026-04-01 00:00+07'],
                ARRAY['doctor', 'doctor', 'doctor', 'overseer', 'doctor']) WITH ORDINALITY AS t (day, role, n)
"""


@pytest.fixture
def overseer(own_database: Database, actor: Make) -> Actor:
    """Five events around and in March; a case of S8 and S6 opened on 10 March about an export of the 8th, closed as confirmed on the
    12th; a second one of S8 that stays open."""
    overseer, other = actor("overseer"), actor("overseer")
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("SELECT oversight_prepare_years('2026-01-01', '2026-12-01')")
        admin.execute(
            "INSERT INTO oversight_account (source_id, key, name, first_at, last_at)"
            " SELECT 1, 'x' || n, 'x' || n, now(), now() FROM generate_series(1, 2) n"
        )
        admin.execute(EVENTS)
        admin.execute("SET session_replication_role = replica")  # cases of another time, which no trigger would let in
        for number, opened, first in ((1, "2026-03-10", "2026-03-08"), (2, "2026-03-20", "2026-03-10")):
            admin.execute(
                "INSERT INTO oversight_case (id, account_id, opened_at, opened_by, risk) OVERRIDING SYSTEM VALUE"
                " SELECT %s, min(id), %s, %s, 6 FROM oversight_account", (number, opened, other.account_id),
            )  # fmt: skip
            for sensor in ("S6", "S8")[number - 1 :]:
                admin.execute(
                    "INSERT INTO oversight_evidence (case_id, event, sensor, points, reasons, source, at, role, purpose, action, object,"
                    " outcome, sensitive, break_glass, address)"
                    " VALUES (%s, %s, %s, 1, '{}', 'hoso', %s, 'doctor', 'treatment', 'export', '', 'done', false, false, '')",
                    (number, number, sensor, first),
                )
        admin.execute(
            "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by, decided_by, decided_at, agreed)"
            " VALUES (1, 'close', 'confirmed', 'đã hỏi, không có lý do', %s, %s, '2026-03-12', true)",
            (overseer.account_id, other.account_id),
        )
    return overseer


def told(actor: Actor, first: date) -> Report:
    def query(scope: Scope) -> Report:
        return month_report(scope, first)

    return read(actor, "oversight", Asking("case.handle", "search", object="oversight report"), query)


def test_what_happened_in_the_month_and_nothing_beside_it(overseer: Actor) -> None:
    found = told(overseer, MONTH)
    assert found.last == date(2026, 3, 31)
    assert found.uses == (Use("", "T1", 1, 1, 1, 0), Use("", "T3", 2, 2, 2, 2))
    assert (found.opened, found.closed, found.open_now) == (2, 1, 1)
    assert (found.to_detect, found.to_close) == (timedelta(days=6), timedelta(days=2))
    assert found.yields == (Yield("S6", 1, 1, 0, 0, 0, 0), Yield("S8", 2, 1, 0, 0, 0, 1))
    assert [one.closed for one in found.yields] == [1, 1]


def test_an_empty_month_and_a_system_that_never_sent(overseer: Actor) -> None:
    found = told(overseer, date(2026, 6, 1))
    assert (found.uses, found.yields, found.opened, found.to_detect, found.to_close) == ((), (), 0, None, None)
    assert found.open_now == 1 and found.oldest is not None and found.oldest < timezone.now()
    assert [one.key for one in found.silent] == ["hoso"]


def test_a_doctor_gets_none(overseer: Actor, actor: Make) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        told(actor("doctor"), MONTH)
