from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from hoso.engines.documents.workbook import LONGEST_CELL, workbook


def read(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_what_is_written_is_read_again_as_text() -> None:
    rows = [["00123", "Nguyễn Văn Mẫu"], ["=1+1", "https://a.example"], ["", "x" * (LONGEST_CELL + 5)]]
    found = read(workbook("Phát hiện", ["Mã", "Tên"], rows))
    assert found[0] == ["Mã", "Tên"]
    assert found[1:3] == rows[:2]
    assert found[3] == ["", "x" * LONGEST_CELL]
