"""Serial quiet looks add up, a case ends what it holds, and the budget is kept."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.engines.oversight.scoring import Hit, Scoring, points_of_a_day, raise_cases

RULES = Scoring(weak_factor=0.25, repeat=0.25, half_life_days=21, least_risk=1, budget=5)
FIRST = date(2026, 3, 2)
LAST = FIRST + timedelta(days=29)


def hit(account: int, day: int, points: float = 3.0, sensor: str = "S1", event: int = 0) -> Hit:
    return Hit(sensor, event or account * 1000 + day, account, FIRST + timedelta(days=day), points)


def test_serial_quiet_looks_outweigh_one_louder_one() -> None:
    serial = [hit(1, day, 2.0) for day in range(0, 20, 2)]
    cases = raise_cases([*serial, hit(2, 20, 4.0)], 10, FIRST, LAST, RULES)  # one alert in twenty days
    assert (cases[0].account, cases[0].day) == (1, FIRST + timedelta(days=19))
    assert set(cases[0].events) == {one.event for one in serial}


def test_what_a_case_holds_is_done_with() -> None:
    cases = raise_cases([hit(1, 0)], 1000, FIRST, LAST, RULES)
    assert len(cases) == 1
    again = raise_cases([hit(1, 0), hit(1, 9)], 1000, FIRST, LAST, RULES)
    assert [case.events for case in again] == [(1000,), (1009,)]


def test_what_fades_below_the_least_is_not_raised() -> None:
    assert raise_cases([hit(1, 0, 0.4)], 1000, FIRST, LAST, RULES) == []


def test_one_day_of_one_sensor_has_twice_its_strongest_at_most() -> None:
    assert points_of_a_day([4.0], 0.25) == 4.0
    assert points_of_a_day([4.0, 1.0], 0.25) == 4.25
    assert points_of_a_day([4.0] * 100, 0.25) == 8.0


@settings(
    suppress_health_check=[HealthCheck.too_slow], deadline=None
)  # how fast a busy machine draws is no matter here
@given(
    st.lists(
        st.builds(hit, st.integers(1, 9), st.integers(0, 29), st.floats(0.1, 8), st.sampled_from(["S1", "S9"])),
        max_size=60,
    ),
    st.integers(1, 2000),
)
def test_the_budget_is_kept_on_every_day_and_no_event_comes_twice(hits: list[Hit], accounts: int) -> None:
    hits = [replace(one, event=number) for number, one in enumerate(hits)]
    cases = raise_cases(hits, accounts, FIRST, LAST, RULES)
    for number in range(30):
        so_far = [case for case in cases if case.day <= FIRST + timedelta(days=number)]
        assert len(so_far) <= RULES.budget * accounts / 1000 * (number + 1) + 1e-6
    shown = [event for case in cases for event in case.events]
    assert len(shown) == len(set(shown))
    days = {one.event: one.day for one in hits}
    assert all(days[event] <= case.day for case in cases for event in case.events)
