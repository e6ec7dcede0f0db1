import pytest

from hoso.core.periods.periods import parse_period
from hoso.web.staff.period_titles import period_title


@pytest.mark.parametrize(
    ("iso", "title"),
    [
        ("202605", "Tháng 5/2026"), ("202610", "Tháng 10/2026"), ("2026Q3", "Quý 3/2026"), ("2026W9", "Tuần 9/2026"),
        ("2026Q3D15", "Quý 3/2026 (từ ngày 15)"), ("2026S2", "6 tháng, kỳ 2/2026"), ("2026N9", "9 tháng 2026"),
        ("2026", "Năm 2026"), ("2026Sep15", "Năm 2026 (từ 15/9)"), ("20260131", "20260131"),
    ],
)  # fmt: skip
def test_what_a_period_is_called(iso: str, title: str) -> None:
    assert period_title(parse_period(iso))[0] == title
