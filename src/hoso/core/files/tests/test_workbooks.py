"""Workbooks read as a stream: the same rows as a library gives that holds all of them, and flat memory."""

import io
import random
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from hoso.core.files.kept_strings import BLOCK, KeptStrings
from hoso.core.files.sheets import _text
from hoso.core.files.workbooks import BrokenWorkbook, workbook_rows

HARD = ["", "x", " x ", "Nguyễn  Thị Đào", "0079185000001", "<&>", "a\nb", "😀", "=1"]


def _book(rows: int = 300, seed: int = 1, *, constant_memory: bool = False) -> bytes:
    draw, out = random.Random(seed), io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": constant_memory}) as book:
        day, rich = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"bold": True})
        for name in ("Hộ 1", "Trống", "Hộ 2"):
            sheet = book.add_worksheet(name)
            for row in range(0 if name == "Trống" else rows):
                sheet.write_string(row, 0, str(row))
                if draw.random() < 0.9:
                    sheet.write_string(row, 1, draw.choice(HARD) + str(draw.randrange(2000)))
                sheet.write_number(row, 3, draw.choice([1985, 79185000001, 1.5, -2, 0]))
                if draw.random() < 0.5:
                    sheet.write_datetime(row, 4, datetime(1900 + draw.randrange(130), 3, 1 + draw.randrange(28)), day)
                if draw.random() < 0.1:
                    sheet.write_rich_string(row, 5, "a", rich, "b")
                sheet.write_formula(row, 6, "=1+1", None, draw.choice([2, "hai"]))
    return out.getvalue()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


@pytest.mark.parametrize("constant_memory", [False, True])  # shared texts, and texts in their cells
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rows_are_those_that_a_library_gives(seed: int, constant_memory: bool) -> None:
    content = _book(seed=seed, constant_memory=constant_memory)
    whole = CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = []
    for name, rows in workbook_rows(io.BytesIO(content)):
        names.append(name)
        expected = whole.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert [_trimmed(cells) for _, cells in rows] == [
            _trimmed([_text(cell) for cell in cells]) for cells in expected
        ]
    assert names == whole.sheet_names


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("damage", [b"", b"<x", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'])  # fmt: skip
def test_a_damaged_part_is_told_and_reads_nothing_else(part: str, damage: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book(20))) as good, zipfile.ZipFile(out, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, damage if name == part else good.read(name))
    try:
        found = [cells for _, rows in workbook_rows(io.BytesIO(out.getvalue())) for _, cells in rows]
    except BrokenWorkbook:
        return
    assert not any("root:" in cell for cells in found for cell in cells)
    assert damage.startswith(b"<?xml")  # a part without what is looked for in it: an empty list, not half of one


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", _book(20)[:400], _book(20)[:-60]])
def test_what_is_no_workbook_is_told(content: bytes) -> None:
    with pytest.raises(BrokenWorkbook):
        [list(rows) for _, rows in workbook_rows(io.BytesIO(content))]


def test_texts_are_kept_in_their_order_and_not_readable_on_the_disk() -> None:
    texts = [f"Nguyễn {number}" for number in range(3 * BLOCK + 5)] + [""]
    kept = KeptStrings(texts)
    assert [kept[number] for number in range(len(kept))] == texts
    kept._file.seek(0)
    assert b"Nguy" not in kept._file.read()
    with pytest.raises(IndexError):
        kept[len(texts)]


_PEAK = """
import pathlib, re, sys
from hoso.core.files.workbooks import workbook_rows
with open(sys.argv[1], "rb") as source:
    rows = sum(1 for _, sheet in workbook_rows(source) for _ in sheet)
status = pathlib.Path("/proc/self/status").read_text()  # of this program alone; ru_maxrss remembers whoever started it
print(rows, re.search(r"VmHWM:\\s+(\\d+)", status)[1])
"""


def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:

    peaks = []
    for rows in (5_000, 50_000):
        path = tmp_path / f"{rows}.xlsx"
        path.write_bytes(_book(rows))
        told = subprocess.run([sys.executable, "-c", _PEAK, path], capture_output=True, check=True, text=True).stdout.split()  # fmt: skip
        assert int(told[0]) == 2 * rows
        peaks.append(int(told[1]))
    assert peaks[1] < peaks[0] + 8 * 1024, peaks  # KB
