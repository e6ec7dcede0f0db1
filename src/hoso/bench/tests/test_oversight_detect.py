"""How what was found is counted: by what an alert shows, once, and with Wilson's interval."""

from datetime import date

import pytest

from hoso.bench.oversight_baselines import ecod, unusual_days
from hoso.bench.oversight_detect import FROZEN, POPULATIONS, WORLDS, seeds
from hoso.bench.oversight_judging import Alert, Score, Truth, difference, judge, wilson
from hoso.engines.oversight.memory import Memory

DAY = {event: date(2026, 3, event) for event in range(1, 9)}
TRUTH = Truth({1: ("coworker", "quiet"), 2: ("volume", "blatant"), 3: ("on_call", "benign")}, {1: 1, 2: 2, 3: 2, 4: 3})


def judged(*alerts: tuple[int, set[int]]) -> Score:
    score = Score()
    judge(score, [Alert(date(2026, 3, day), 1, frozenset(events)) for day, events in alerts], TRUTH, DAY)
    return score


def test_a_case_counts_once_and_from_its_first_day() -> None:
    score = judged((4, {2, 7}), (5, {3}))
    assert score.recall() == (1, 2) and score.recall("blatant") == (1, 1) and score.recall(kind="coworker") == (0, 1)
    assert (score.alerts, score.days) == ([2, 2], [2])


def test_a_lookalike_is_an_alarm_for_nothing_and_is_told() -> None:
    score = judged((4, {4}), (4, {8}))
    assert (score.recall(), score.alerts, score.benign) == ((0, 2), [0, 2], 1)


@pytest.mark.parametrize(
    ("found", "planted", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (15, 30, 0.3315, 0.6685)]
)
def test_wilsons_interval(found: int, planted: int, low: float, high: float) -> None:
    assert wilson(found, planted) == pytest.approx((low, high), abs=0.0005)


def test_seeds_come_from_the_frozen_commit_and_none_was_looked_at_before() -> None:
    assert len(FROZEN) == 40
    drawn = [seed for size in WORLDS for one in POPULATIONS for seed in seeds(size, one.name)]
    assert len(set(drawn)) == len(drawn) == len(POPULATIONS) * sum(WORLDS.values())
    assert min(drawn) > 9


def test_newcombes_interval_of_a_difference() -> None:
    """The example of Newcombe 1998, method 10: 56 of 70 against 48 of 80."""
    assert difference((56, 70), (48, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=0.0001)
    assert difference((0, 9), (9, 9))[0] == -1


def test_ecod_shows_the_day_that_is_unusual_in_every_way() -> None:
    """Thirty days of one look, and one of twenty by night at persons far away."""
    memory = Memory()
    usual = [{"moment": f"2026-03-{day:02} 09:00", "account": 1, "person": 1, "address": "a"} for day in range(1, 31)]
    odd = [{"moment": f"2026-03-15 02:{n:02}", "account": 2, "person": 2, "address": f"b{n}"} for n in range(20)]
    memory.load_rows({
        "account": [{"id": 1, "role": "nurse", "commune": 1}, {"id": 2, "role": "nurse", "commune": 1}],
        "person": [{"id": 1, "commune": 1}, {"id": 2, "commune": 2}],
        "event": [*usual, *odd],
    })  # fmt: skip
    (shown,) = ecod(memory, 1)
    assert (shown.account, shown.day, len(shown.events)) == (2, date(2026, 3, 15), 20)
    assert unusual_days(memory, 0.0) == {(2, date(2026, 3, 15))}
