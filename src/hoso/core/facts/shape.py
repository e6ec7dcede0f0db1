"""What a fact is: columns that sort it, columns that name it, an amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MANTISSA, SCALE = "mantissa", "scale"
AMOUNT = {MANTISSA: "BIGINT", SCALE: "UTINYINT"}


@dataclass(frozen=True, slots=True)
class Shape:
    """Facts are sorted by `columns` in their order; `key` names one fact among all. The first two columns, `group` and
    `part`, are part of the key and choose the files that a question reads.

    An amount is exact: `mantissa` × 10^-`scale`, without trailing zeros; a change whose mantissa is NULL takes the fact
    away.
    """

    name: str
    columns: Mapping[str, str]  # name -> DuckDB type
    key: Sequence[str]

    @property
    def group(self) -> str:
        return next(iter(self.columns))

    @property
    def part(self) -> str:
        return list(self.columns)[1]

    @property
    def all(self) -> dict[str, str]:
        return {**self.columns, **AMOUNT}

    def declared(self) -> str:
        """The columns of a CREATE TABLE."""
        return ", ".join(f"{name} {kind}" for name, kind in self.all.items())

    def read_csv(self) -> str:
        """The rows of a CSV file ($path) in the manner of PostgreSQL's COPY."""
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in self.all.items())
        return (
            f"read_csv($path, header = false, auto_detect = false, delim = ',', nullstr = '', columns = {{{columns}}})"
        )
