"""Every shipped rule trips on one case and not on its neighbour; operators, missing figures and windows as declared."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hoso.core.definitions import DefinitionError
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.quality import rules as shipped
from hoso.engines.statistics.quality.judging import Broken, is_broken, judge
from hoso.engines.statistics.quality.rules import Missing, Rule, Side, rules
from hoso.engines.statistics.quality.tests.cases import CASES, Months, in_decimals
from hoso.engines.statistics.quality.words import said

BY_KEY = {rule.key: rule for rule in rules()}


def _judged(rule: Rule, months: Months) -> Broken | None:
    given = in_decimals(months)
    return judge(rule, lambda offset: given.get(offset, {}))


def test_every_rule_has_its_case() -> None:
    assert CASES.keys() == BY_KEY.keys()


@pytest.mark.parametrize("key", CASES)
def test_a_rule_trips_and_its_neighbour_does_not(key: str) -> None:
    trips, holds = CASES[key]
    broken = _judged(BY_KEY[key], trips)
    assert broken is not None
    assert _judged(BY_KEY[key], holds) is None
    assert _judged(BY_KEY[key], {}) is None
    for text in said(broken):
        assert "–" not in text or "births" in key


@pytest.mark.parametrize(
    ("operator", "holds", "breaks"),
    [
        ("equal", [(1, 1)], [(1, 2), (2, 1)]),
        ("not_equal", [(1, 2)], [(1, 1)]),
        ("greater", [(2, 1)], [(1, 1), (1, 2)]),
        ("greater_or_equal", [(1, 1), (2, 1)], [(1, 2)]),
        ("less", [(1, 2)], [(1, 1), (2, 1)]),
        ("less_or_equal", [(1, 1), (1, 2)], [(2, 1)]),
        ("compulsory_pair", [(1, 0), (None, None)], [(1, None), (None, 0)]),
        ("exclusive_pair", [(1, None), (None, 0), (None, None)], [(0, 1)]),
    ],
)
def test_the_eight_operators(
    operator: str, holds: list[tuple[float, float]], breaks: list[tuple[float, float]]
) -> None:
    assert [is_broken(operator, *pair) for pair in holds] == [False] * len(holds)
    assert [is_broken(operator, *pair) for pair in breaks] == [True] * len(breaks)
    if not operator.endswith("pair"):
        assert not is_broken(operator, 1, None) and not is_broken(operator, None, 1)


def _rule(left: Side, right: Side, operator: str = "less_or_equal") -> Rule:
    return replace(BY_KEY["bed-days"], operator=operator, left=left, right=right)


def _side(formula: str, missing: Missing = "skip_if_any", window: int = 1) -> Side:
    return Side(read_formula(formula, over_samples=True), missing, "", "", window)


@pytest.mark.parametrize(
    ("missing", "left", "told"),
    [
        ("skip_if_any", {"DELIV": 9}, False),
        ("skip_if_all", {"DELIV": 9}, True),
        ("never_skip", {"DELIV": 9}, True),
        ("skip_if_any", {"DELIV": 9, "DELIV_OUT": 0}, True),
        ("skip_if_all", {}, False),
        ("never_skip", {}, False),  # 0 ≤ 5
    ],
)
def test_what_is_missing(missing: Missing, left: dict[str, int], told: bool) -> None:
    rule = _rule(_side("#{DELIV} + #{DELIV_OUT}", missing), _side("#{BIRTH_CERT}"))
    figures: dict[Key, int] = {(row, ()): number for row, number in {**left, "BIRTH_CERT": 5}.items()}
    assert (_judged(rule, {0: figures}) is not None) == told


def test_never_skip_takes_nothing_for_zero() -> None:
    rule = _rule(_side("#{DELIV}", "never_skip"), _side("#{BIRTH_CERT}"), "equal")
    broken = _judged(rule, {0: {("BIRTH_CERT", ()): 5}})
    assert broken is not None and (broken.left, broken.right) == (0, 5)


def test_a_window_adds_flows_and_takes_the_latest_of_a_stock() -> None:
    months: Months = {-back: {("DET_NEW", ()): 2 + back, ("MGT", ()): 50 - back} for back in range(3)}
    rule = _rule(_side("#{DET_NEW}", window=3), _side("#{MGT}", window=3), "equal")
    broken = _judged(rule, months)
    assert broken is not None and (broken.left, broken.right) == (2 + 3 + 4, 50)
    assert (
        _judged(rule, {offset: figures for offset, figures in months.items() if offset}) is None
    )  # one month is missing
    loose = _rule(_side("#{DET_NEW}", "skip_if_all", 3), _side("1"), "equal")
    told = _judged(loose, {offset: figures for offset, figures in months.items() if offset})
    assert told is not None and told.left == 3 + 4
    assert rule.offsets == {0, -1, -2}


def test_a_sliding_window_moves_with_the_offset() -> None:
    rule = _rule(_side("#{DELIV}.periodOffset(-1)", window=2), _side("0"), "equal")
    broken = _judged(rule, {0: {("DELIV", ()): 100}, -1: {("DELIV", ()): 3}, -2: {("DELIV", ()): 4}})
    assert broken is not None and broken.left == 7 and rule.offsets == {-1, -2}


@pytest.mark.parametrize(("figure", "told"), [(24, False), (25, True)])
def test_functions_over_the_window_take_its_months_one_by_one(figure: int, told: bool) -> None:
    """At most three times the median of the three months before, of which one was not reported."""
    before = _side("3 * median(#{DELIV}.periodOffset(-1))", "skip_if_all", 3)
    months: Months = {0: {("DELIV", ()): figure}, -1: {("DELIV", ()): 6}, -3: {("DELIV", ()): 10}}
    broken = _judged(_rule(_side("#{DELIV}"), before), months)
    assert (broken is not None) is told
    assert broken is None or broken.right == 24


def test_reckoning_in_floats_is_no_difference() -> None:
    rule = _rule(_side("0.1 * #{DELIV} + 0.2 * #{DELIV}"), _side("0.3 * #{DELIV}"), "equal")
    assert _judged(rule, {0: {("DELIV", ()): 1}}) is None


@pytest.mark.parametrize("formula", ["#{NO_ROW}", "#{ANC4_3P.nothing}", "#{DELIV.total}", "R{DELIV}"])
def test_a_rule_that_names_nothing_is_refused(formula: str) -> None:
    with pytest.raises(DefinitionError):
        shipped._check(_rule(_side(formula), _side("1")))


def test_an_unknown_modifier_is_refused() -> None:
    with pytest.raises(DefinitionError):
        shipped._check(_rule(_side("#{DELIV}.yearToDate()"), _side("1")))


def test_words_of_pairs() -> None:
    births = BY_KEY["births-and-certificates"]
    assert said(Broken(births, None, 3.0))[0] == "“Giấy chứng sinh” có số (3) mà “Tổng số đẻ” để trống"
    together = said(Broken(replace(births, operator="exclusive_pair"), 2.0, 3.0))
    assert together[0] == "“Tổng số đẻ” (2) và “Giấy chứng sinh” (3) không được cùng có số"


def test_words_have_the_figures_of_both_sides() -> None:
    broken = Broken(BY_KEY["eenc-and-deliveries"], 12.0, float(Decimal("11.11")))
    vi, en = said(broken)
    assert "12" in vi and "11,11" in vi and "không được quá" in vi
    assert "12" in en and "11.11" in en and "must not exceed" in en
