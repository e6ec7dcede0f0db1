from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from hoso.engines.people.models import Identifier
from hoso.web.templatetags.figures import as_sent, day, dong, lasting, moment, number, share, size
from hoso.web.templatetags.person import grouped


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Decimal(1_708_500), "1.708.500", "1,708,500"), (Decimal("12.50"), "12,5", "12.5"), (0, "0", "0"),
        (Decimal("1E+3"), "1.000", "1,000"), (None, "", ""), (Decimal("-0.05"), "-0,05", "-0.05"),
    ],
)  # fmt: skip
def test_number_has_the_separators_of_the_language(value: Decimal | None, vi: str, en: str) -> None:
    with translation.override("vi"):
        assert number(value) == vi
    with translation.override("en"):
        assert number(value) == en


def test_money_dates_sizes_and_shares() -> None:
    with translation.override("vi"):
        assert dong(Decimal(1_708_500)) == "1.708.500 đ"
        assert day(date(2026, 3, 7)) == "07/03/2026"
        assert moment(datetime(2026, 3, 6, 18, 5, tzinfo=UTC)) == "07/03/2026 01:05"
        assert moment(datetime(2026, 3, 6, 17, 0, tzinfo=UTC)) == "07/03/2026"
        assert [size(n) for n in (812, 81_200, 3_412_077, 1_400_000_000)] == ["812 B", "81 kB", "3,4 MB", "1,4 GB"]
        assert [share(part, 1000) for part in (0, 1, 195, 1000)] == ["0 %", "<1 %", "20 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(None, "–", "–"), (timedelta(seconds=59), "0 phút", "0 minutes"), (timedelta(minutes=119), "1 giờ", "1 hours"),
     (timedelta(days=6, hours=3), "6 ngày", "6 days")],
)  # fmt: skip
def test_how_long_in_the_largest_unit(value: timedelta | None, vi: str, en: str) -> None:
    with translation.override("vi"):
        assert lasting(value) == vi
    with translation.override("en"):
        assert lasting(value) == en


def test_a_measured_value_keeps_its_digits() -> None:
    with translation.override("vi"):
        assert [as_sent(text) for text in ("5.70", "<0.05", "Âm tính", "1.2.3")] == [
            "5,70",
            "<0,05",
            "Âm tính",
            "1.2.3",
        ]
    with translation.override("en"):
        assert as_sent("5.70") == "5.70"


def test_long_numbers_are_grouped() -> None:
    assert grouped(Identifier("personal_number", "080161000123")) == "080 161 000 123"
    assert grouped(Identifier("phone", "0901234567")) == "0901 234 567"
    assert grouped(Identifier("card", "GD4808021234567")) == "GD 4 80 8021234567"
    assert grouped(Identifier("facility_number", "26.0012345")) == "26.0012345"
