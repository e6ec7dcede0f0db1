"""dataValueSets as CSV: a header row, then a value a row; read row by row, so that a long file needs no more memory."""

import csv
import io
from collections.abc import Iterator
from typing import IO

from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.options import ImportOptions
from hoso.engines.statistics.imports.rows import Given, Group

# In DHIS2's order; a file may have them in another, and more that are not read.
COLUMNS = (
    "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
    "lastupdated", "comment", "followup", "deleted",
)  # fmt: skip
NEEDED = frozenset({"dataelement", "period", "orgunit", "value"})


def read_csv(content: IO[bytes], options: ImportOptions) -> Iterator[Given]:
    """Yield the rows. Raises HosoError HS7002: no header, no UTF-8, a broken quotation."""
    lines = csv.reader(io.TextIOWrapper(content, "utf-8-sig", newline=""), strict=True)
    try:
        yield from read_table(((lines.line_num, line) for line in lines), "CSV", Group(0, options, options.data_set))
    except (UnicodeDecodeError, csv.Error) as error:
        raise HosoError("HS7002", format="CSV", reason=str(error)[:200]) from error


def read_table(lines: Iterator[tuple[int, list[str]]], told: str, group: Group, index: int = 0) -> Iterator[Given]:
    """The rows under a heading, `index` on, of lines with their numbers; `told` is what the format is called.

    Raises HosoError HS7002 for a heading that lacks a column or has one twice, and for a line longer than it.
    """
    header = [name.strip().lower().replace("_", "") for name in next(lines, (0, list[str]()))[1]]
    if not header:
        raise HosoError("HS7002", format=told, reason="empty")
    if missing := NEEDED - set(header):
        raise HosoError("HS7002", format=told, reason=f"header without {', '.join(sorted(missing))}")
    if len(set(header)) != len(header):
        raise HosoError("HS7002", format=told, reason="a column stands twice")
    at = {name: place for place, name in enumerate(header)}
    places = [at.get(name, len(header)) for name in COLUMNS]
    width = len(header) + 1
    for number, line in lines:
        if not any(line):
            continue
        if len(line) > len(header):
            raise HosoError("HS7002", format=told, reason=f"line {number} has too many columns")
        cells = line + [""] * (width - len(line))
        yield _row([cells[place] for place in places], index, group)
        index += 1


def _row(cells: list[str], index: int, group: Group) -> Given:
    element, period, unit, split, attribute, value, _, _, comment, follow_up, deleted = cells
    return Given(
        index,
        group,
        element,
        period,
        unit,
        split,
        attribute,
        None,
        None,
        value,
        None,
        comment or None,
        follow_up.lower() == "true" if follow_up else None,
        deleted.lower() == "true",
    )
