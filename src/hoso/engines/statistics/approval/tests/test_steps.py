"""Each step, who may take it and who not, what is closed meanwhile, and that the database holds it all."""

from collections.abc import Callable
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Assignment
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.notices import unread_notices
from hoso.core.places.models import Place
from hoso.engines.statistics.approval.reports import find_report, state_of, steps_of
from hoso.engines.statistics.approval.steps import Kind, Wanted, take_steps
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, row, seen, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]


class World:
    """One commune's report of a month, and everybody who has to do with it."""

    def __init__(self, actor: MakeActor) -> None:
        self.place, self.other = communes("80", 2)
        province = self.place.parent
        assert province is not None
        self.province: Place = province
        self.officer = actor("statistics_officer", place=self.place)
        self.tay_ninh = actor("statistics_approver", place=province)
        self.ministry = actor("statistics_approver")
        self.name = (uid_of(f"form:{FORM}"), MONTH, unit_uid(self.place))

    def do(self, actor: Actor, kind: Kind, reason: str = "", **more: Any) -> None:
        take_steps(actor, [self.name], Wanted(kind, reason, **more))

    def state(self) -> str:
        with acting_transaction(self.officer.account_id, "statistics"), connection.cursor() as cursor:
            return state_of(cursor, find_report(read_catalogue(), *self.name))[0]

    def refused(self, actor: Actor, kind: Kind, reason: str = "x", **more: Any) -> str:
        with pytest.raises(HosoError) as error:
            self.do(actor, kind, reason, **more)
        return error.value.code

    def enter(self, element: str, figure: int) -> list[str]:
        """The codes of what was not taken."""
        return [one.code for one in send(self.officer, [row(self.place, element, figure)]).conflicts.values()]


@pytest.fixture
def world(actor: MakeActor) -> World:
    world = World(actor)
    assert world.enter("DELIV", 12) == [] and world.enter("DELIV_TEEN", 2) == []
    return world


def test_from_the_station_to_the_ministry(world: World) -> None:
    world.do(world.officer, "hand_in")
    assert world.state() == "handed_in"
    world.do(world.tay_ninh, "approve")
    assert world.state() == "province"
    world.do(world.ministry, "approve")
    assert world.state() == "ministry"
    with acting_transaction(world.officer.account_id, "statistics"), connection.cursor() as cursor:
        told = steps_of(cursor, find_report(read_catalogue(), *world.name))
    assert [(step.kind, step.state) for step in told] == [
        ("hand_in", "handed_in"), ("approve", "province"), ("approve", "ministry"),
    ]  # fmt: skip
    assert seen(world.ministry, "SELECT count(*) FROM changes_change WHERE topic = 'statistics.approval'") == [(3,)]
    assert len(unread_notices(world.officer)) == 2


def test_nobody_acts_out_of_turn(world: World, actor: MakeActor) -> None:
    assert world.refused(world.tay_ninh, "approve") == "HS7040"  # nothing was handed in
    world.do(world.officer, "hand_in")
    assert world.refused(world.officer, "hand_in") == "HS7040"
    assert world.refused(world.officer, "approve") == "HS2001"
    assert world.refused(actor("statistics_approver", place=world.place), "approve") == "HS7042"  # of the commune alone
    assert world.refused(actor("statistics_approver", place=communes("01", 1)[0].parent), "approve") == "HS7011"
    world.do(world.tay_ninh, "approve")
    second = actor("statistics_approver", place=world.province)
    assert world.refused(second, "approve") == "HS7042"  # it waits for the ministry
    assert world.refused(second, "return", "x") == "HS7042"
    world.do(world.ministry, "approve")
    assert world.refused(world.ministry, "approve") == "HS7040"


def test_who_entered_or_handed_in_does_not_approve(world: World, actor: MakeActor) -> None:
    both = actor("statistics_officer", place=world.province)
    with as_operator():
        Assignment.objects.create(
            account_id=both.account_id, role="statistics_approver", place=world.province, valid_from="2020-01-01"
        )
    assert send(both, [row(world.place, "DELIV", 13)]).updated == 1
    world.do(world.officer, "hand_in")
    assert world.refused(both, "approve") == "HS7041"
    assert world.enter("DELIV", 14) == ["E8033"]
    world.do(world.tay_ninh, "approve")
    assert world.refused(world.tay_ninh, "approve") in ("HS7041", "HS7042")


def test_what_was_handed_in_is_closed(world: World) -> None:
    world.do(world.officer, "hand_in")
    assert world.enter("DELIV", 99) == ["E8033"] and world.enter("PREG_NEW", 5) == ["E8033"]
    assert send(world.officer, [row(world.place, "DELIV", 99, period="202602")]).imported == 1  # another month is open
    with (
        pytest.raises(DatabaseError, match="closed"),
        acting_transaction(world.officer.account_id, "statistics"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO statistics_act (account_id, actor, kind) VALUES (access_actor(), 'x', 'cell') RETURNING id"
        )
        cursor.execute(
            "UPDATE statistics_value SET number = 1, act_id = %s WHERE period_id IN"
            " (SELECT id FROM statistics_period WHERE iso = %s)",
            [cursor.fetchone()[0], MONTH],
        )


def test_handing_in_says_that_it_is_complete_and_its_first_day_stays(world: World) -> None:
    completion = "SELECT completed, day = current_date, act_id FROM statistics_completion"
    assert seen(world.officer, completion) == []
    world.do(world.officer, "hand_in")
    ((completed, today, act),) = seen(world.officer, completion)
    assert completed and today
    world.do(world.tay_ninh, "return", "x")
    world.do(world.officer, "hand_in")
    assert seen(world.officer, completion) == [(True, True, act)]


def test_returned_whole_it_is_open_and_goes_up_again(world: World) -> None:
    world.do(world.officer, "hand_in")
    assert world.refused(world.tay_ninh, "return", "") == "HS7043"
    world.do(world.tay_ninh, "return", "Số đẻ thấp hơn tháng trước một nửa")
    assert world.state() == "returned" and world.enter("DELIV", 24) == []
    assert "Số đẻ thấp" in unread_notices(world.officer)[0].text_vi
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    world.do(world.ministry, "return", "Đối chiếu lại với hồ sơ")
    assert world.state() == "returned"


def test_of_a_report_returned_in_part_only_the_named_cells_are_open(world: World) -> None:
    world.do(world.officer, "hand_in")
    catalogue = read_catalogue()
    element = catalogue.find("element", "code", "DELIV_TEEN")
    assert element is not None
    world.do(
        world.tay_ninh, "return", "Một ô", cells={(element, catalogue.default_split): "Nhiều hơn tổng số đẻ năm ngoái"}
    )
    assert world.enter("DELIV", 99) == ["E8033"] and world.enter("DELIV_TEEN", 1) == []
    world.do(world.officer, "hand_in")
    assert world.enter("DELIV_TEEN", 5) == ["E8033"]


def test_opened_again_for_a_time(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    far, soon = timezone.now() + timedelta(days=40), timezone.now() + timedelta(days=2)
    assert world.refused(world.tay_ninh, "reopen", "x", open_until=far) == "HS7043"
    assert world.refused(world.tay_ninh, "reopen", "", open_until=soon) == "HS7043"
    assert world.refused(world.tay_ninh, "reopen", "x") == "HS7043"
    world.do(world.tay_ninh, "reopen", "Thiếu một ca", open_until=timezone.now() + timedelta(milliseconds=300))
    sleep(0.5)
    assert world.state() == "reopened" and world.enter("DELIV", 14) == ["E8033"]
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    world.do(world.tay_ninh, "reopen", "Thiếu một ca", open_until=soon)
    assert world.enter("DELIV", 13) == []
    world.do(world.officer, "hand_in")
    assert world.enter("DELIV", 14) == ["E8033"]


def test_an_approval_is_withdrawn_by_who_gives_it(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    world.do(world.ministry, "approve")
    assert world.refused(world.tay_ninh, "withdraw") == "HS7042"
    world.do(world.ministry, "withdraw", "Nhầm báo cáo")
    assert world.state() == "province" and world.enter("DELIV", 1) == ["E8033"]
    world.do(world.tay_ninh, "withdraw", "Nhầm báo cáo")
    assert world.state() == "handed_in"
    assert world.refused(world.tay_ninh, "withdraw") == "HS7040"


def test_a_provinces_own_report_goes_to_the_ministry(world: World, actor: MakeActor) -> None:
    officer = actor("statistics_officer", place=world.province)
    world.name = (world.name[0], MONTH, unit_uid(world.province))
    world.officer = officer
    world.do(officer, "hand_in")
    assert world.refused(world.tay_ninh, "approve") == "HS7042"
    world.do(world.ministry, "approve")
    assert world.state() == "ministry"


def test_many_at_once_are_all_or_none(world: World) -> None:
    world.do(world.officer, "hand_in")
    not_there = (world.name[0], MONTH, unit_uid(world.other))
    with pytest.raises(HosoError):
        take_steps(world.tay_ninh, [world.name, not_there], Wanted("approve"))
    assert world.state() == "handed_in"


def test_neither_states_nor_steps_are_written_by_hand(world: World) -> None:
    world.do(world.officer, "hand_in")
    for statement in (
        "UPDATE statistics_report SET state = 'ministry'",
        "DELETE FROM statistics_approval_step",
        "UPDATE statistics_approval_step SET actor = 'x'",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            acting_transaction(world.ministry.account_id, "statistics"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    world.do(world.tay_ninh, "return", "x")
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        acting_transaction(world.officer.account_id, "statistics"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO statistics_approval_step (data_set_id, period_id, unit_id, place_id, facility_id, kind, account_id,"
            " actor) SELECT data_set_id, period_id, unit_id, place_id, facility_id, 'hand_in', %s, 'x'"
            " FROM statistics_report",
            [world.tay_ninh.account_id],
        )
