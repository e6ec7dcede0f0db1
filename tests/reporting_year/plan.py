"""What a province reports in the year July 2025 to June 2026, worked out from the definition files by hand.

Nothing of the product is used: forms are read as YAML, periods are written down, figures follow from the cell's address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

REPORTS = Path(__file__).parents[2] / "definitions" / "reports"
REGIMES = {"tt23-2025", "tt05-2023", "ncd", "nutrition"}  # in force
MONTHS = [*(f"2025{month:02}" for month in range(7, 13)), *(f"2026{month:02}" for month in range(1, 7))]
LAST_DAYS = {
    "2025": date(2025, 12, 31), "2025Sep15": date(2025, 9, 14), "2025Q3D15": date(2025, 9, 14), "2025Q4D15": date(2025, 12, 14),
    "2026Q1D15": date(2026, 3, 14), "2026Q2D15": date(2026, 6, 14),
}  # fmt: skip
FROM_RECORD = "tt23-14-bct"
FIRST_DIGITS, LATE_DAYS = 30, 60  # two months after the period nobody is in time
Options = tuple[str, ...]  # one option of each dimension, `dimension.option`


@dataclass(frozen=True)
class FormRow:
    key: str
    sums: bool  # over months and places
    yes_no: bool
    cells: tuple[Options, ...]


@dataclass(frozen=True)
class PlannedForm:
    key: str
    tiers: frozenset[str]
    kind: str
    dated: bool  # the deadlines of its regime are known
    rows: tuple[FormRow, ...]


@dataclass(frozen=True)
class Report:
    """One form of one unit and period. `unit`: its id in the house."""

    form: str
    unit: str
    period: str
    late: bool
    figures: dict[tuple[str, Options], int]

    @property
    def day(self) -> date:
        """When it is said to be complete."""
        return last_day(self.period) + timedelta(days=LATE_DAYS if self.late else 2)


def last_day(period: str) -> date:
    if period in LAST_DAYS:
        return LAST_DAYS[period]
    year, month = int(period[:4]), int(period[4:])
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def planned_forms(regimes: set[str]) -> list[PlannedForm]:
    """The forms of the regimes; one whose rows are not known has none."""
    dimensions = {one["key"]: one for one in _read("dimensions.yaml")["dimensions"]}
    return [
        PlannedForm(form["key"], frozenset(form["tiers"]), form["periods"][0], form["regime"] not in ("tt05-2023", "nutrition"),
                    tuple(_row(row, dimensions) for row in form.get("rows") or ()))
        for path in sorted((REPORTS / "forms").glob("*.yaml"))
        if (form := yaml.safe_load(path.read_text(encoding="utf-8")))["regime"] in regimes
    ]  # fmt: skip


def _read(name: str) -> Any:
    return yaml.safe_load((REPORTS / name).read_text(encoding="utf-8"))


def _row(row: dict[str, Any], dimensions: dict[str, Any]) -> FormRow:
    choices = [[f"{key}.{one['key']}" for one in dimensions[key]["options"]] for key in row.get("dimensions") or ()]
    return FormRow(row["row"], row["aggregation"] == "sum", row["value"] == "boolean", tuple(product(*choices)))


def periods_of(form: PlannedForm, months: int) -> list[str]:
    """The first so many months of the year, and of every other kind the periods that end in it."""
    return {
        "month": MONTHS[:months],
        "quarter_15th": [name for name in LAST_DAYS if name.endswith("D15")][: max(1, months // 3)],
        "year_15_september": ["2025Sep15"],
        "year": ["2025"],
    }[form.kind]


def year_of_reports(units: dict[str, list[str]], months: int) -> Iterator[Report]:
    """Every report of the units (by tier) but those that the record fills. One in eleven comes late."""
    for form in planned_forms(REGIMES):
        for period in periods_of(form, months) if form.rows else ():
            for unit in (one for tier in sorted(form.tiers) for one in units[tier]):
                if form.key == FROM_RECORD and unit in units["facility"]:
                    continue
                figures = {
                    (row.key, options): figure(form.key, row, options, unit, period)
                    for row in form.rows
                    for options in row.cells
                }
                yield Report(form.key, unit, period, crc32(f"{form.key}{unit}{period}".encode()) % 11 == 0, figures)


def figure(form: str, row: FormRow, options: Options, unit: str, period: str) -> int:
    """Small, the same each time, and larger for what begins with the total of all options."""
    number = crc32(f"{form}{row.key}{options}{unit}{period}".encode()) % FIRST_DIGITS
    if row.yes_no:
        return number % 2 == 0
    return number + FIRST_DIGITS if all(one.endswith(".total") for one in options) else number
