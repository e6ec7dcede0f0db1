"""The account of a list that was taken in row by row: what was refused, where, and what to do."""

from dataclasses import dataclass, field
from typing import Any

from hoso.core.errors import HosoError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not taken; one for each thing wrong with it. `row` as a spreadsheet counts."""

    row: int
    field: str
    error: HosoError


@dataclass(slots=True)
class RowReport:
    """rows = those taken + refused rows; a subclass says how the taken ones were taken."""

    rows: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def refused_rows(self) -> list[int]:
        """Numbers of the rows that were not taken."""
        return sorted({refusal.row for refusal in self.refusals})

    def taken_as(self) -> dict[str, int]:
        """The figures of the subclass, by their names."""
        return {}

    def as_dict(self) -> dict[str, Any]:
        """The account for JSON, with every refusal in both languages."""
        return {
            "rows": self.rows,
            **self.taken_as(),
            "refused": len(self.refused_rows),
            "refusals": [{"row": one.row, "field": one.field, **one.error.as_dict()} for one in self.refusals],
        }
