"""The clocks over every day of the Vietnamese calendar, against counting day by day (DS1-DS4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.access.rights.clocks import due, end_of, extended_due, reply_due, rights_rules
from hoso.core.periods.calendar import is_working_day

DAYS = st.dates(date(2026, 1, 1), date(2027, 10, 1))
KINDS = st.sampled_from(sorted(rights_rules().kinds))


def test_the_figures_of_the_decree() -> None:
    """NĐ 356/2025 Đ5.2-5.5: days, days through others, days of the extension."""
    figures = {kind.key: (kind.days, kind.through_others, kind.extension) for kind in rights_rules().kinds.values()}
    fifteen, ten = (15, 20, 15), (10, 15, 10)
    assert figures == {
        "withdraw": fifteen, "restrict": fifteen, "object": fifteen, "see": ten, "correct": ten, "provide": ten,
        "delete": (20, 30, 20), "protect": (15, 15, 15),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("received", "reply", "see"),
    [
        (date(2026, 11, 26), date(2026, 11, 30), date(2026, 12, 7)),  # Thursday; the 10th day is a Sunday
        (
            date(2026, 2, 13),
            date(2026, 2, 24),
            date(2026, 2, 23),
        ),  # the Friday before Tết: a term may end before the reply's
        (date(2026, 4, 24), date(2026, 4, 29), date(2026, 5, 4)),  # Hùng Kings' day given back on a Monday
        (date(2026, 8, 20), date(2026, 8, 22), date(2026, 9, 3)),  # 22/8 is a Saturday worked in exchange
        (date(2026, 12, 31), date(2027, 1, 5), date(2027, 1, 11)),
    ],
)
def test_by_hand(received: date, reply: date, see: date) -> None:
    assert (reply_due(received), due("see", received, False)) == (reply, see)


@given(DAYS)
def test_the_reply_is_due_when_two_working_days_have_passed(received: date) -> None:
    day, passed = received, 0
    while passed < 2:
        day += timedelta(days=1)
        passed += is_working_day(day)
    assert reply_due(received) == day


@given(KINDS, DAYS, st.booleans(), st.integers(0, 20))
def test_a_term_ends_on_the_first_working_day_at_or_after_its_last_day(
    kind: str, received: date, through_others: bool, more: int
) -> None:
    rule = rights_rules().kinds[kind]
    days = rule.through_others if through_others else rule.days
    if more > rule.extension:
        with pytest.raises(ValueError, match="extended"):
            extended_due(kind, received, through_others, more)
        return
    end = extended_due(kind, received, through_others, more) if more else due(kind, received, through_others)
    last = received + timedelta(days=days + more)
    assert end >= last and is_working_day(end)
    assert not any(is_working_day(last + timedelta(days=number)) for number in range((end - last).days))


@given(KINDS, DAYS, st.booleans())
def test_later_received_is_never_due_earlier(kind: str, received: date, through_others: bool) -> None:
    next_day = received + timedelta(days=1)
    assert due(kind, received, through_others) <= due(kind, next_day, through_others)
    assert due(kind, received, False) <= due(kind, received, True)
    assert due(kind, received, through_others) <= extended_due(kind, received, through_others, 1)


@given(DAYS, st.integers(1, 15))
def test_in_working_days_where_a_lawyer_says_so(received: date, days: int) -> None:
    end = end_of(received, days, "working_days")
    assert sum(is_working_day(received + timedelta(days=n)) for n in range(1, (end - received).days + 1)) == days
