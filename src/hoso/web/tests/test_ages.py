from datetime import date, datetime

import pytest

from hoso.engines.people.models import BirthDate
from hoso.web.ages import VIETNAM, age, born

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("birth", "vi", "en"),
    [
        (BirthDate(date(2026, 11, 21), 4, "0335"), "30 giờ tuổi", "30 hours old"),
        (BirthDate(date(2026, 11, 22), 4, "0925"), "1 giờ tuổi", "1 hour old"),
        (BirthDate(date(2026, 11, 20), 4, "1030"), "2 ngày tuổi", "2 days old"),
        (BirthDate(date(2026, 11, 22), 3), "dưới 1 ngày tuổi", "less than 1 day old"),
        (BirthDate(date(2026, 11, 21), 4, "9999"), "1 ngày tuổi", "1 day old"),
        (BirthDate(date(2026, 10, 26), 3), "27 ngày tuổi", "27 days old"),
        (BirthDate(date(2026, 10, 25), 3), "4 tuần tuổi", "4 weeks old"),
        (BirthDate(date(2026, 8, 23), 3), "13 tuần tuổi", "13 weeks old"),
        (BirthDate(date(2026, 8, 22), 3), "3 tháng tuổi", "3 months old"),
        (BirthDate(date(2025, 11, 23), 3), "11 tháng tuổi", "11 months old"),
        (BirthDate(date(2025, 11, 22), 3), "1 tuổi", "1 year old"),
        (BirthDate(date(2024, 7, 10), 3), "2 tuổi 4 tháng", "2 years 4 months"),
        (BirthDate(date(2020, 11, 23), 3), "5 tuổi 11 tháng", "5 years 11 months"),
        (BirthDate(date(1961, 11, 23), 3), "64 tuổi", "64 years old"),
        (BirthDate(date(1961, 1, 1), 1), "khoảng 65 tuổi", "about 65 years old"),
        (BirthDate(date(2026, 1, 1), 1), "dưới 1 tuổi", "under 1 year"),
        (BirthDate(date(2025, 3, 1), 2), "khoảng 20 tháng tuổi", "about 20 months old"),
        (BirthDate(date(2026, 11, 1), 2), "dưới 1 tháng tuổi", "under 1 month"),
        (BirthDate(None, 0), "chưa rõ tuổi", "age unknown"),
        (BirthDate(date(2027, 1, 1), 3), "ngày sinh sau hôm nay", "born after today"),
    ],
)
def test_age_is_said_as_exactly_as_it_is_known(birth: BirthDate, vi: str, en: str) -> None:
    assert age(birth, NOW) == (vi, en)


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        (BirthDate(date(1961, 1, 1), 1), "1961"),
        (BirthDate(date(1961, 3, 1), 2), "03/1961"),
        (BirthDate(date(1961, 3, 7), 3), "07/03/1961"),
        (BirthDate(date(2026, 3, 7), 4, "0435"), "07/03/2026 04:35"),
        (BirthDate(None, 0), "chưa rõ ngày sinh"),
    ],
)
def test_birth_date_shows_what_is_known(birth: BirthDate, text: str) -> None:
    assert born(birth)[0] == text
