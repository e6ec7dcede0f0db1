"""What the caller may choose, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hoso.demo.versions import VERSIONS, window_of

PROVINCES_WITH_DATA = ("80",)


@dataclass(frozen=True)
class ProvinceSettings:
    """One seed and these settings give the same bytes every time.

    visits_per_person_year is a target average; lines_per_visit fills each visit up to that many
    lines (drugs, services, results), for benchmarks; version keeps only the visits of one version;
    defects is the share of visits in which one rule is broken; months_a_package is after how many months a facility
    sends what it has (1, or 3 for the quarter's settlement).
    """

    province: str = "80"
    persons: int = 500
    years: int = 5
    seed: int = 1
    visits_per_person_year: float = 1.6
    end: date = date(2026, 10, 31)
    lines_per_visit: int | None = None
    version: str | None = None
    defects: float = 0.0
    months_a_package: int = 1

    def __post_init__(self) -> None:
        if self.province not in PROVINCES_WITH_DATA:
            raise ValueError(
                f"Chỉ có dữ liệu mẫu của tỉnh {', '.join(PROVINCES_WITH_DATA)}, không có tỉnh {self.province}."
            )
        if self.version is not None and self.version not in VERSIONS:
            raise ValueError(f"Phiên bản {self.version} không có; các phiên bản: {', '.join(VERSIONS)}.")
        if not 0 <= self.defects <= 1:
            raise ValueError("Tỷ lệ hồ sơ lỗi phải từ 0 đến 1.")
        if self.months_a_package not in (1, 3):
            raise ValueError("Số tháng của một gói phải là 1 hoặc 3.")
        if self.persons < 1 or self.years < 1:
            raise ValueError("Số người và số năm phải từ 1 trở lên.")

    @property
    def start(self) -> date:
        """First day: the whole number of years before the day after the end."""
        after = self.end + timedelta(days=1)
        return date(after.year - self.years, after.month, min(after.day, 28))

    @property
    def window(self) -> tuple[date, date]:
        """The days on which a visit may end: the period, narrowed to the version if one is asked for."""
        if self.version is None:
            return self.start, self.end
        first, last = window_of(self.version)
        return max(first, self.start), min(last, self.end)


@dataclass(frozen=True)
class GeneratedPackage:
    """One package file as a facility would send it. `file_name` is `<facility>/<yyyymmdd>-<n>.xml`."""

    file_name: str
    facility: str
    version: str
    content: bytes
    visits: int
    lines: int
    table_lines: dict[str, int] = field(default_factory=dict)


@dataclass
class ProvinceSummary:
    """Counts of what was written."""

    persons: int = 0
    households: int = 0
    packages: int = 0
    visits: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
