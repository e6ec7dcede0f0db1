"""What was approved stays as it was: versions, who signed, what the database refuses, and what a correction does not change."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.tests.test_steps import World
from hoso.engines.statistics.printed.reading import PrintedReport, printed_report, versions_of
from hoso.engines.statistics.printed.sheet import read_words
from hoso.engines.statistics.tests.reporting import FORM, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(actor: Callable[..., Actor]) -> World:
    world = World(actor)
    assert world.enter("DELIV", 12) == [] and world.enter("DELIV_TEEN", 0) == []
    return world


def printed(world: World, version: int = 0) -> PrintedReport:
    return printed_report(world.officer, world.name, version)


def test_before_the_approval_it_is_the_figures_of_now(world: World) -> None:
    report = printed(world)
    assert (report.version, report.state, report.sha256, report.signed) == (0, "", "", ())
    assert report.figures == {"DELIV.": "12", "DELIV_TEEN.": "0"}  # blank is not zero
    world.do(world.officer, "hand_in")
    assert [one.actor for one in printed(world).signed] == [world.officer.name] and printed(world).version == 0


def test_a_correction_changes_no_approved_version(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    first = printed(world)
    assert (first.version, first.state, first.figures["DELIV."]) == (1, "province", "12")
    world.do(world.tay_ninh, "reopen", "sai", open_until=timezone.now() + timedelta(days=1))
    assert world.enter("DELIV", 13) == []
    assert printed(world).figures["DELIV."] == "13" and printed(world).version == 0
    assert printed(world, 1) == first
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    world.do(world.ministry, "approve")
    second = printed(world)
    assert (second.version, second.state, second.figures["DELIV."]) == (2, "ministry", "13")
    assert [(one.state, one.actor) for one in second.signed] == [
        ("handed_in", world.officer.name), ("province", world.tay_ninh.name), ("ministry", world.ministry.name),
    ]  # fmt: skip
    assert printed(world, 1) == first and [one.version for one in versions_of(world.officer, world.name)] == [1, 2]
    with pytest.raises(HosoError, match="HS5490"):
        printed(world, 3)


def test_an_approval_that_was_withdrawn_signs_no_later_version(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    world.do(world.tay_ninh, "withdraw", "nhầm")
    assert printed(world).version == 0 and [one.kind for one in printed(world).signed] == ["hand_in"]
    assert printed(world, 1).version == 1


def test_where_the_ministry_withdrew_the_provinces_copy_stands(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    first = printed(world)
    world.do(world.ministry, "approve")
    assert printed(world).state == "ministry" and printed(world).version == 1
    world.do(world.ministry, "withdraw", "nhầm")
    assert printed(world) == first and [one.state for one in first.signed] == ["handed_in", "province"]


def test_words_are_read_as_they_were_written(world: World) -> None:
    words = printed(world).words
    assert read_words(words.as_text()) == words and words.form == FORM
    assert words.above[0] == world.province.full_name and words.notices


def test_nobody_beyond_reach_is_given_it(world: World, actor: Callable[..., Actor]) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    stranger = actor("statistics_officer", place=world.other)
    for version in (0, 1):
        with pytest.raises(HosoError, match="HS7011"):
            printed_report(stranger, world.name, version)
    assert seen(stranger, "SELECT count(*) FROM statistics_frozen_report") == [(0,)]
    assert seen(world.officer, "SELECT count(*) FROM statistics_frozen_report") == [(1,)]


def test_the_database_keeps_it(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")
    ((words, figures, steps, sha256, step),) = seen(
        world.officer, "SELECT words, figures, steps, sha256, step_id FROM statistics_frozen_report"
    )
    assert sha256 == hashlib.sha256(f"{words}\n{figures}\n{steps}".encode()).hexdigest()
    for statement in (
        "UPDATE statistics_frozen_report SET words = 'x'",
        "DELETE FROM statistics_frozen_report",
        f"INSERT INTO statistics_frozen_report (step_id, words) VALUES ({step}, 'x')",
    ):
        with (
            pytest.raises(
                DatabaseError, match=r"permission denied|row-level security|frozen with its approval|duplicate"
            ),
            acting_transaction(world.ministry.account_id, "statistics"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_no_approval_goes_without_its_frozen_report(world: World) -> None:
    world.do(world.officer, "hand_in")
    with (
        pytest.raises(DatabaseError, match="an approved report is frozen"),
        acting_transaction(world.tay_ninh.account_id, "statistics"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO statistics_approval_step (data_set_id, period_id, unit_id, place_id, facility_id, kind, account_id,"
            " actor) SELECT data_set_id, period_id, unit_id, place_id, facility_id, 'approve', %s, 'x' FROM statistics_report",
            [world.tay_ninh.account_id],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
