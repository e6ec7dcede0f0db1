"""Each expected report once, standing as its tier's working days say; only what is in reach; filters; the form's own counts."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, parse_period, period_of
from hoso.core.places.models import Place
from hoso.engines.statistics.approval.steps import Wanted, take_steps
from hoso.engines.statistics.completion import Registration, register
from hoso.engines.statistics.deadlines.board import PAGE, STATUSES, BoardFilter, read_board
from hoso.engines.statistics.deadlines.due_periods import periods_ending
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, row, seen, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
SET, JANUARY = uid_of(f"form:{FORM}"), date(2026, 1, 31)
DUE = date(2026, 2, 6)  # the fifth working day of February; Tết begins later
AFTER = date(2026, 2, 20)


def _said_complete(officer: Actor, unit: str, day: date) -> None:
    assert register(officer, [Registration(SET, MONTH, unit, day=day)]).fresh == 1


def _stood(reader: Actor, places: list[Place], today: date) -> list[tuple[str, date | None]]:
    """How the form of each stands, asked for one by one."""
    found = []
    for place in places:
        (one,) = read_board(reader, BoardFilter(JANUARY, data_set=SET, under=unit_uid(place)), today).rows
        found.append((one.status, one.due))
    return found


def test_in_time_late_missing_and_not_due_yet(actor: MakeActor) -> None:
    places = communes("80", 3)
    province = places[0].parent
    for place, day in zip(places, (DUE, DUE + timedelta(days=3)), strict=False):
        _said_complete(actor("statistics_officer", place=place), unit_uid(place), day)
    reader = actor("statistics_approver", place=province)
    assert _stood(reader, places, AFTER) == [("on_time", DUE), ("late", DUE), ("missing", DUE)]
    assert _stood(reader, places, DUE)[2] == ("open", DUE)  # the last day is in time
    assert _stood(reader, places, DUE + timedelta(days=1))[2] == ("missing", DUE)


def test_the_tiers_have_their_own_days(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    assert place.parent is not None
    reader = actor("statistics_approver", place=place.parent)
    rows = [one for page in (1, 2, 3) for one in read_board(reader, BoardFilter(JANUARY, SET, page=page), AFTER).rows]
    by_tier = {one.tier: one.due for one in rows}
    period = parse_period(MONTH)
    assert set(by_tier) == {"commune", "province"}
    assert by_tier == {tier: forms()[FORM].due(period, tier) for tier in by_tier}


def test_only_what_is_in_reach_and_the_counts_are_the_rows(actor: MakeActor) -> None:
    mine, other = communes("80", 2)
    _said_complete(actor("statistics_officer", place=other), unit_uid(other), DUE)
    board = read_board(actor("statistics_officer", place=mine), BoardFilter(JANUARY), AFTER)
    assert {one.unit for one in board.rows if one.tier == "commune"} == {unit_uid(mine)}
    assert not board.everywhere and board.found == len(board.rows) <= PAGE
    assert Counter(one.status for one in board.rows) == Counter({key: n for key, n in board.totals.items() if n})
    for status in STATUSES:
        only = read_board(actor("statistics_officer", place=mine), BoardFilter(JANUARY, status=status), AFTER)
        assert [one for one in board.rows if one.status == status] == list(only.rows)


def test_the_whole_country_is_counted_and_one_province_of_it(actor: MakeActor) -> None:
    ministry = actor("statistics_approver")
    whole = read_board(ministry, BoardFilter(JANUARY, data_set=SET), AFTER)
    (asked,) = [one for one in whole.asked if one.uid == SET]
    assert whole.everywhere and whole.counts[asked]["missing"] == whole.found == 3321 + 34 and len(whole.rows) == PAGE
    province = communes("80", 1)[0].parent
    assert province is not None
    part = read_board(ministry, BoardFilter(JANUARY, data_set=SET, under=unit_uid(province)), AFTER)
    assert part.found == len(communes("80", 1000)) + 1
    second = read_board(ministry, BoardFilter(JANUARY, data_set=SET, page=2), AFTER)
    assert not {one.unit for one in second.rows} & {one.unit for one in whole.rows}


def test_where_a_report_stands_in_its_approval_is_said(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer", place=place)
    send(officer, [row(place, "DELIV", 1)])
    take_steps(officer, [(SET, MONTH, unit_uid(place))], Wanted("hand_in"))
    (found,) = [one for one in read_board(officer, BoardFilter(JANUARY), AFTER).rows if one.asked.uid == SET]
    assert found.state == "handed_in" and found.status == "late" and found.came is not None


@pytest.mark.parametrize(
    ("wanted", "code"),
    [(BoardFilter(JANUARY, status="no"), "HS9004"), (BoardFilter(JANUARY, under="nothere1234"), "HS7003")],
)
def test_what_is_not_there_is_told(actor: MakeActor, wanted: BoardFilter, code: str) -> None:
    with pytest.raises(HosoError) as error:
        read_board(actor("statistics_officer"), wanted)
    assert error.value.code == code


def test_a_reader_of_records_sees_no_board(actor: MakeActor) -> None:
    with pytest.raises(HosoError) as error:
        read_board(actor("doctor"), BoardFilter(JANUARY))
    assert error.value.code == "HS2001"


def test_a_unit_that_was_closed_or_not_there_yet_is_not_expected(actor: MakeActor) -> None:
    ministry = actor("statistics_officer")
    ((closed,),) = seen(
        ministry, "SELECT count(*) FROM statistics_unit WHERE tier = 'commune' AND valid_to < '2025-07-01'"
    )
    board = read_board(ministry, BoardFilter(date(2025, 7, 1), data_set=SET), date(2025, 12, 1))
    with acting_transaction(ministry.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM statistics_unit WHERE tier IN ('commune', 'province')"
            " AND coalesce(valid_from <= '2025-07-31', true) AND coalesce(valid_to >= '2025-07-01', true)"
        )
        assert board.found == cursor.fetchone()[0] and closed > 0


def _obvious(kind: PeriodType, first: date, last: date) -> Iterator[Period]:
    """Ask every day which period it is the last of."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if kind is PeriodType.NINE_MONTH and day.month > 9:
            continue
        if period_of(kind, day).end == day:
            yield period_of(kind, day)


@pytest.mark.parametrize("kind", list(PeriodType))
def test_the_periods_that_end_in_a_span(kind: PeriodType) -> None:
    for first, last in (
        (date(2025, 9, 1), date(2025, 9, 30)),
        (date(2025, 7, 15), date(2026, 3, 31)),
        (JANUARY, JANUARY),
    ):
        assert list(periods_ending(kind, first, last)) == list(_obvious(kind, first, last))
