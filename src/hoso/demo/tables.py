"""Writes rows into the official-shaped empty tables of templates/.

A row is a mapping from tag to text that is already escaped. It may hold the tags of all versions:
the template of the version picks out its own and leaves the others empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lxml import etree

Row = Mapping[str, str]
# Under this key a row may carry XML that goes behind its last tag, such as a tag nobody knows.
EXTRA = "*"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True)
class Table:
    """One table of one version: tags in order, and the text before, in and after its rows."""

    number: int
    tags: tuple[str, ...]
    opening: str
    closing: str
    pattern: str
    row_end: str
    blank: dict[str, str]

    def write(self, rows: Sequence[Row]) -> str:
        """The inner XML without declaration."""
        return self.opening + "".join([self._row(row) for row in rows]) + self.closing

    def _row(self, row: Row) -> str:
        text = self.pattern % {**self.blank, **row}
        extra = row.get(EXTRA)
        return text if extra is None else f"{text[: -len(self.row_end)]}{extra}{self.row_end}"


@cache
def table(version: str, number: int) -> Table | None:
    """The table of a version, or None when the version has no such table."""
    source = files("hoso.demo") / "templates" / f"qd{version}_xml{number}.xml"
    if not source.is_file():
        return None
    root = etree.fromstring(source.read_bytes())
    path = [root]
    while len(path[-1]) and len(path[-1][0]):
        path.append(path[-1][0])
    row = path[-1]
    tags = tuple(str(element.tag) for element in row)
    above = [str(element.tag) for element in path[:-1]]
    body = "".join(f"<{tag}>%({tag})s</{tag}>" for tag in tags)
    return Table(
        number,
        tags,
        "".join(f"<{tag}>" for tag in above),
        "".join(f"</{tag}>" for tag in reversed(above)),
        f"<{row.tag}>{body}</{row.tag}>",
        f"</{row.tag}>",
        dict.fromkeys(tags, ""),
    )
