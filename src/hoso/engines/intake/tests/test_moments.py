"""Dates as the decisions write them, there and back."""

from datetime import date, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.intake.mapping.elements import decimal
from hoso.engines.intake.moments import VIETNAM, birth, fhir_time, is_valid_moment, moment

DAYS = st.dates(date(1850, 1, 1), date(2100, 12, 31))
MINUTES = st.datetimes(datetime(1850, 1, 1), datetime(2100, 12, 31))


@given(MINUTES)
def test_a_minute_comes_back_as_it_was_written(when: datetime) -> None:
    text = when.strftime("%Y%m%d%H%M")
    found = moment(text)
    assert found is not None and found.strftime("%Y%m%d%H%M") == text and found.tzinfo is VIETNAM
    assert datetime.fromisoformat(fhir_time(text) or "") == found


@given(DAYS)
def test_a_day_alone_stays_a_day(day: date) -> None:
    assert fhir_time(day.strftime("%Y%m%d")) == day.isoformat()


@given(DAYS, st.integers(1, 4), st.integers(0, 23), st.integers(1, 59))
def test_a_birth_date_keeps_its_precision(day: date, precision: int, hour: int, minute: int) -> None:
    time = f"{hour:02}{minute:02}"
    written = [f"{day:%Y}00000000", f"{day:%Y%m}000000", f"{day:%Y%m%d}0000", f"{day:%Y%m%d}{time}"][precision - 1]
    first = [day.replace(month=1, day=1), day.replace(day=1), day, day][precision - 1]
    assert birth(written) == (first, precision, time if precision == 4 else "")
    assert is_valid_moment(written, ("yyyymmddHHMM",), True)


@given(st.text(max_size=14))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found = moment(text)
    assert found is None or text.isdecimal()
    day, precision, _ = birth(text)
    assert (day is None) == (precision == 0)


@pytest.mark.parametrize("text", ["20250229", "20251301", "202501012500", "202501012360", "2025", "00000000", "999912312400", "２０２５０１０１"])  # fmt: skip
def test_what_is_no_day_is_none(text: str) -> None:
    assert moment(text) is None
    assert fhir_time(text) is None


def test_twenty_four_hours_is_the_next_midnight() -> None:
    assert moment("202412312400") == datetime(2025, 1, 1, tzinfo=VIETNAM)
    assert moment("202412312359") == datetime(2025, 1, 1, tzinfo=VIETNAM) - timedelta(minutes=1)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3))
def test_a_number_keeps_every_digit(number: object) -> None:
    assert orjson.dumps([decimal(str(number))]).decode() == f"[{number}]"


@pytest.mark.parametrize("text", ["", "1,5", "1e5", "NaN", "١", "1\n2", "--1", "1."])
def test_what_is_no_json_number_is_none(text: str) -> None:
    assert decimal(text) is None
