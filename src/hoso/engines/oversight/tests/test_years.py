"""A year is told in counts that give nobody away, by two officers, once; and anybody may read it."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.errors import HosoError
from hoso.engines.oversight import years
from hoso.engines.oversight.tests.a_march import have_a_march
from hoso.engines.oversight.tiers import tiers
from hoso.engines.oversight.years import Publishing, Use, Year

Make = Callable[..., Actor]
YEAR = 2025
RULE = Publishing(below=4, round_to=5, cases_for_a_median=10)
COUNTED = {
    "systems": 2, "persons": 1234, "emergencies": 4, "opened": 12, "closed": 9, "confirmed": 3, "justified": 6, "false_alarm": 0,
    "inconclusive": 0, "suspended": 1, "told": 7, "incidents": 0, "hours_to_detect": 30.6, "hours_to_close": 80.0,
    "tiers": [{"tier": "T2", "accounts": 3, "events": 58}],
}  # fmt: skip


@pytest.fixture
def two(own_database: Database, actor: Make) -> tuple[Actor, Actor]:
    overseer, other = actor("overseer"), actor("overseer")
    have_a_march(own_database, overseer, other, YEAR)
    return overseer, other


def counted(actor: Actor) -> dict[str, object]:
    """What the database counts, before it is protected."""

    def query(scope: Scope) -> dict[str, object]:
        with connection.cursor() as cursor:
            roles = tiers().of_role
            cursor.execute("SELECT oversight_count_year(%s, %s, %s)::text", [YEAR, list(roles), list(roles.values())])
            return dict(orjson.loads(cursor.fetchone()[0]))

    return read(actor, "oversight", Asking("case.handle", "search", object="oversight years"), query)


def at_the_desk(actor: Actor) -> list[Year]:
    return read(actor, "oversight", Asking("case.handle", "search", object="oversight years"), years.years_at_the_desk)


def test_everything_of_the_year_is_counted(own_database: Database, two: tuple[Actor, Actor]) -> None:
    """By hand from a_march.py. A case about whoever counts is one too, though they do not see it."""
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE oversight_case SET subject_id = %s WHERE id = 2", (two[0].account_id,))
    assert counted(two[0]) == {
        "systems": 1, "persons": 3, "emergencies": 0, "opened": 2, "closed": 1, "confirmed": 1, "justified": 0, "false_alarm": 0,
        "inconclusive": 0, "suspended": 0, "told": 0, "incidents": 0, "hours_to_detect": 144, "hours_to_close": 48,
        "tiers": [{"tier": "T1", "accounts": 1, "events": 1}, {"tier": "T3", "accounts": 2, "events": 4}],
    }  # fmt: skip


def test_two_publish_and_it_stays(own_database: Database, two: tuple[Actor, Actor], actor: Make) -> None:
    overseer, other = two
    number = years.lay_down(overseer, YEAR)
    assert years.published_years() == []
    assert [(one.id, one.year, one.published_at) for one in at_the_desk(other)] == [(number, YEAR, None)]
    with pytest.raises(HosoError, match="HS8022"):
        years.publish(overseer, number)
    years.publish(other, number)
    (public,) = years.published_years()
    assert public.uses == (Use("T1", None, None), Use("T3", None, None))
    assert (public.counts["opened"], public.counts["justified"], public.hours_to_detect) == (None, 0, None)
    assert (public.laid_by, public.laid_by_id) == ("", 0)  # names are not the public's
    with pytest.raises(HosoError, match="HS8037"):
        years.publish(other, number)
    with pytest.raises(HosoError, match="HS8037"):
        years.publish(other, number + 100)
    later = years.lay_down(other, YEAR)
    years.publish(overseer, later)
    assert [one.id for one in years.published_years()] == [later]
    assert [one.id for one in at_the_desk(other)] == [later, number]
    with psycopg.connect(own_database.admin_url) as admin:
        for change in ("DELETE FROM oversight_year", "UPDATE oversight_year SET content = '{}'"):
            with pytest.raises(psycopg.Error, match=r"never changed|published once"), admin.transaction():
                admin.execute(change)


def test_no_running_year_and_nobody_else(two: tuple[Actor, Actor], actor: Make) -> None:
    for year in (2019, 2999, 3000):
        with pytest.raises(HosoError, match="HS8036"):
            years.lay_down(two[0], year)
    for wrong in (actor("doctor"), actor("administrator")):
        with pytest.raises(HosoError, match="HS2001"):
            years.lay_down(wrong, YEAR)
        with pytest.raises(HosoError, match="HS2001"):
            years.publish(wrong, 1)


def test_small_counts_and_medians_of_few_are_not_told() -> None:
    told = years.protected_year(COUNTED, RULE)
    assert (told["systems"], told["persons"], told["emergencies"], told["opened"]) == (None, 1235, None, 10)
    assert (told["closed"], told["confirmed"], told["justified"], told["false_alarm"]) == (10, None, 5, 0)
    assert (told["hours_to_detect"], told["hours_to_close"]) == (31, None)
    assert (told["tiers"], told["fewer_than"]) == ([{"tier": "T2", "accounts": None, "events": 60}], 5)


@given(st.integers(0, 10_000), st.integers(0, 9), st.integers(1, 10))
def test_a_count_is_near_or_not_told(count: int, below: int, round_to: int) -> None:
    told = years.protected(count, replace(RULE, below=below, round_to=round_to))
    if told is None:
        assert 1 <= count <= below
    else:
        assert told % round_to == 0 and abs(told - count) <= round_to / 2
