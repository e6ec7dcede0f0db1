"""An XLSX workbook read row by row, in memory that does not grow with its rows (ECMA-376, part 1: 18.2, 18.3, 18.4, 18.8).

Libraries hold a whole sheet, or all its texts, at once. What is read is what a list needs: texts, numbers, days; of a formula the
value that was worked out last. Who must tell a text from a number, or find a formula that failed, reads cells.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, Any, BinaryIO, Literal

from lxml import etree

from hoso.core.files.kept_strings import KeptStrings

Cells = list[str]
Kind = Literal["text", "number", "day", "yes_no", "error"]
MOST_COLUMNS = 16_384  # of the format
LONGEST_TEXT = 32_767
MOST_BYTES = 8 * 1024**3  # of one part when unpacked: what a sheet of a million rows never reaches
_DIGITS = "0123456789"
_LETTERS = re.compile(r"[A-Z]{1,3}\Z")
_DAYS_BUILT_IN = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # numFmtId of days and times
_WITHOUT_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class BrokenWorkbook(ValueError):
    """The file is no workbook that can be read to its end."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds, as text. Of a formula it is the value worked out last, "" where nobody worked it out."""

    text: str
    kind: Kind = "text"
    formula: bool = False


@dataclass
class _Allowance:
    """How much may still be unpacked."""

    left: int = MOST_BYTES


@dataclass
class _Book:
    archive: zipfile.ZipFile
    allowance: _Allowance | None = None  # of all its parts together; none: MOST_BYTES for each
    sheets: list[tuple[str, str]] = field(default_factory=list)  # name, part
    epoch: datetime = datetime(1899, 12, 30)
    days: frozenset[int] = frozenset()  # styles that show a number as a day
    texts: KeptStrings = field(default_factory=lambda: KeptStrings(()))


def workbook_rows(source: BinaryIO) -> Iterator[tuple[str, Iterator[tuple[int, Cells]]]]:
    """Sheets in the order of the book: name, and its rows with the number that the book gives them. A sheet is read to where its
    reader stops. Raises BrokenWorkbook, some of it only when rows are read."""
    with _told_as_broken(), zipfile.ZipFile(source) as archive:
        book = _open(archive)
        with closing(book.texts):
            for name, part in book.sheets:
                yield name, _rows(book, part)


def workbook_cells(source: BinaryIO, most_bytes: int) -> Iterator[tuple[str, Iterator[tuple[int, dict[int, Cell]]]]]:
    """The same with each cell that holds anything, by its column from 0 on. All parts together unpack to `most_bytes` at most.
    Raises BrokenWorkbook."""
    with _told_as_broken(), zipfile.ZipFile(source) as archive:
        book = _open(archive, _Allowance(most_bytes))
        with closing(book.texts):
            for name, part in book.sheets:
                yield name, _rows_of_cells(book, part)


def has_macros(source: BinaryIO) -> bool:
    """Whether the workbook carries a program. Raises BrokenWorkbook."""
    with _told_as_broken(), zipfile.ZipFile(source) as archive:
        names = [name.lower() for name in archive.namelist()]
    return any("vba" in name or "macrosheets/" in name for name in names)


@contextmanager
def _told_as_broken() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, LookupError, OSError, ValueError, EOFError, OverflowError,
        NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise BrokenWorkbook(str(error) or type(error).__name__) from error


def _open(archive: zipfile.ZipFile, allowance: _Allowance | None = None) -> _Book:
    book, names = _Book(archive, allowance), set(archive.namelist())
    targets: dict[str, str] = {}
    for one in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship"):
        targets[one.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
    for one in _elements(book, "xl/workbook.xml", "sheet", "workbookPr"):
        if _name(one) == "workbookPr":
            if one.get("date1904") in ("1", "true"):
                book.epoch = datetime(1904, 1, 1)
            continue
        id_ = next((value for key, value in one.attrib.items() if str(key).endswith("}id")), "")
        book.sheets.append((one.get("name", ""), targets[str(id_)]))
    if not book.sheets:
        raise BrokenWorkbook("no sheets")
    if "xl/styles.xml" in names:
        book.days = _styles_of_days(book)
    if "xl/sharedStrings.xml" in names:
        book.texts = KeptStrings(_text_of(one).strip() for one in _elements(book, "xl/sharedStrings.xml", "si"))
    return book


def _styles_of_days(book: _Book) -> frozenset[int]:
    formats, styles = set(_DAYS_BUILT_IN), list[int]()
    for one in _elements(book, "xl/styles.xml", "numFmt", "cellXfs"):
        if _name(one) == "numFmt":
            shown = _WITHOUT_WORDS.sub("", one.get("formatCode", "")).lower()
            if re.search(r"[ymdhs]", shown) and "general" not in shown:
                formats.add(int(one.get("numFmtId", "0")))
        else:
            styles = [int(each.get("numFmtId", "0")) for each in one]
    return frozenset(number for number, format_ in enumerate(styles) if format_ in formats)


def _rows(book: _Book, part: str) -> Iterator[tuple[int, Cells]]:
    number = 0
    with _told_as_broken():
        for row in _elements(book, part, "row"):
            number = int(row.get("r") or number + 1)
            yield number, _cells(book, row)


def _rows_of_cells(book: _Book, part: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    number = 0
    with _told_as_broken():
        for row in _elements(book, part, "row"):
            number = int(row.get("r") or number + 1)
            cells, column = dict[int, Cell](), -1
            for one in row:
                if _name(one) != "c":
                    continue
                place = one.get("r")
                column = _column(place.rstrip(_DIGITS)) if place is not None else column + 1
                found = _cell(book, one)
                if found.text or found.formula:
                    cells[column] = found
            yield number, cells


def _cell(book: _Book, cell: Any) -> Cell:
    children = {_name(one): one for one in cell}
    text = ((children["v"].text if "v" in children else None) or "").strip()
    kind, told = cell.get("t"), _KINDS.get(cell.get("t", "n"), "text")
    if told == "number" and int(cell.get("s", "0")) in book.days:
        told = "day"
    value = book.texts[int(text)] if kind == "s" and text else _value(book, cell, kind, text)
    return Cell(value, told, "f" in children)


_KINDS: dict[str, Kind] = {"n": "number", "d": "day", "b": "yes_no", "e": "error"}


def _cells(book: _Book, row: Any) -> Cells:
    """Few calls for each cell: a list of a million rows has twenty million."""
    cells: Cells = []
    space = row.tag[: row.tag.index("}") + 1]
    is_cell, is_value = space + "c", space + "v"
    for cell in row:
        if cell.tag != is_cell:
            continue
        place = cell.get("r")
        if place is not None and (column := _column(place.rstrip(_DIGITS))) != len(cells):
            if not len(cells) < column < MOST_COLUMNS:
                raise BrokenWorkbook(f"a cell at {place[:20]!r} behind the others")
            cells += [""] * (column - len(cells))
        text = next((one.text for one in cell if one.tag == is_value), None)
        kind = cell.get("t")
        if kind == "s" and text:
            cells.append(book.texts[int(text)])
        else:
            cells.append(_value(book, cell, kind, (text or "").strip()))
    return cells


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """From 0 on: C is column 2."""
    if not _LETTERS.match(letters):
        raise BrokenWorkbook(f"a cell at {letters[:20]!r}")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _value(book: _Book, cell: Any, kind: str | None, text: str) -> str:
    if kind == "inlineStr":
        return "".join(_text_of(one) for one in cell if _name(one) == "is").strip()
    if not text:
        return ""
    if kind == "b":
        return str(text in ("1", "true"))
    if kind == "d":
        return text.partition("T")[0]
    return _number(book, text, int(cell.get("s", "0"))) if kind in (None, "n") else text


def _number(book: _Book, text: str, style: int) -> str:
    """As a person would type it: a day as yyyy-mm-dd, a whole number without point or exponent."""
    number = float(text)
    if style in book.days:
        return (book.epoch + timedelta(days=number)).date().isoformat()
    return str(int(number)) if number.is_integer() else str(number)


def _text_of(item: Any) -> str:
    """Of a shared or inline text: its runs, without the readings of characters."""
    if len(item) == 1 and not len(item[0]):  # as nearly all are
        return (item[0].text or "")[:LONGEST_TEXT]
    return "".join(
        one.text or "" for one in item.iter() if _name(one) == "t" and _name(one.getparent()) != "rPh"
    )[:LONGEST_TEXT]  # fmt: skip


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _elements(book: _Book, part: str, *names: str) -> Iterator[Any]:
    """The elements so called, each forgotten when the next is asked for."""
    wanted = [f"{{*}}{name}" for name in names]  # there are two namespaces, of transitional and of strict books
    with book.archive.open(part) as stream:
        parser = etree.iterparse(
            _Bounded(stream, book.allowance or _Allowance()), events=("end",), tag=wanted, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False,
        )  # fmt: skip
        for _, element in parser:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


class _Bounded:
    """Ends with an error where a part unpacks to more than a workbook holds."""

    def __init__(self, stream: IO[bytes], allowance: _Allowance) -> None:
        self._stream, self._allowance = stream, allowance

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._allowance.left -= len(content)
        if self._allowance.left < 0:
            raise BrokenWorkbook("too large")
        return content
