"""How what was found is counted: by what an alert shows, once, and with Wilson's interval."""

from datetime import date

import pytest

from hoso.bench.oversight_detect import ACCOUNTS, FROZEN, Alert, Score, Truth, _judge, seeds, wilson

DAY = {event: date(2026, 3, event) for event in range(1, 9)}
TRUTH = Truth({1: ("coworker", "quiet"), 2: ("volume", "blatant"), 3: ("on_call", "benign")}, {1: 1, 2: 2, 3: 2, 4: 3})


def judged(*alerts: tuple[int, set[int]]) -> Score:
    score = Score()
    _judge(score, [Alert(date(2026, 3, day), 1, frozenset(events)) for day, events in alerts], TRUTH, DAY)
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
    drawn = [seed for size in ACCOUNTS for seed in seeds(size)]
    assert len(set(drawn)) == len(drawn) == sum(map(len, ACCOUNTS.values()))
    assert min(drawn) > 9
