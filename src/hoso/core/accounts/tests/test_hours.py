"""AU8: spans of work, against a slow look at every minute of a week."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.core.accounts.hours import Hours, Span

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
WORKDAYS = 0b0011111


@pytest.mark.parametrize(
    ("day", "hour", "minute", "until"),
    [
        (0, 6, 59, None),
        (0, 7, 0, (0, 17)),
        (0, 16, 59, (0, 17)),
        (0, 17, 0, None),
        (5, 10, 0, None),  # Saturday
    ],
)
def test_office_hours(day: int, hour: int, minute: int, until: tuple[int, int] | None) -> None:
    hours = Hours((Span(WORKDAYS, time(7), time(17)),))
    asked = MONDAY + timedelta(days=day, hours=hour, minutes=minute)
    expected = MONDAY + timedelta(days=until[0], hours=until[1]) if until else None
    assert hours.open_until(asked) == expected


def test_a_night_shift_goes_on_into_the_next_morning_and_joins_the_day() -> None:
    hours = Hours((Span(0b1, time(19), time(7)), Span(0b10, time(7), time(12))))
    assert hours.open_until(MONDAY + timedelta(hours=23)) == MONDAY + timedelta(days=1, hours=12)
    assert hours.open_until(MONDAY + timedelta(hours=3)) is None


def test_without_spans_work_never_ends() -> None:
    assert Hours(()).open_until(MONDAY) is not None


SPANS = st.lists(
    st.builds(
        Span,
        st.integers(1, 127),
        st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
        st.builds(time, st.integers(0, 23), st.sampled_from([15, 45])),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(spans=SPANS, quarter=st.integers(0, 7 * 96 - 1))
def test_open_is_what_a_walk_over_the_week_finds(spans: list[Span], quarter: int) -> None:
    asked = MONDAY + timedelta(minutes=15 * quarter)
    assert (Hours(tuple(spans)).open_until(asked) is not None) == any(_holds(span, asked) for span in spans)


def _holds(span: Span, asked: datetime) -> bool:
    """Slowly: walk the span from each of its starts, a quarter of an hour at a time."""
    for back in range(8):
        day = (asked - timedelta(days=back)).replace(hour=0, minute=0)
        if not span.days >> day.weekday() & 1:
            continue
        step = day + timedelta(hours=span.starts.hour, minutes=span.starts.minute)
        while True:
            if step == asked:
                return True
            step += timedelta(minutes=15)
            if step.time() == span.ends:
                break
    return False
