"""The list of households as communes send it (CSV, or a workbook of any number of sheets): its columns and its template."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hoso.core.files.sheets import SheetRow, count_sheets, read_sheets

REQUIRED = ("household", "person", "name", "sex", "born", "commune_code")
OPTIONAL = (
    "relation", "died", "personal_id", "insurance_number", "card", "phone", "address", "province_code", "old_commune_code",
    "old_district_code", "old_province_code", "occupation", "lists", "registered_facility", "passport", "nationality",
)  # fmt: skip


def read_household_sheet(source: BinaryIO, name: str) -> Iterator[SheetRow]:
    """Rows that hold anything, every value as text. Raises HosoError as `read_sheets`."""
    return read_sheets(source, name, REQUIRED, OPTIONAL)


def count_household_rows(source: BinaryIO, name: str) -> int:
    """How many rows `read_household_sheet` gives; the file is read to its end. Raises HosoError as it does."""
    return count_sheets(source, name, REQUIRED, OPTIONAL)


def template() -> str:
    """The heading and one row that shows how it is filled in."""
    example = {
        "household": "H001", "person": "1", "name": "Nguyễn Thị Mẫu", "sex": "nữ", "born": "15/03/1985", "commune_code": "26737",
        "relation": "chủ hộ", "address": "Tổ 1, Ấp 2",
    }  # fmt: skip
    columns = (*REQUIRED, *OPTIONAL)
    return ",".join(columns) + "\r\n" + ",".join(f'"{example.get(one, "")}"' for one in columns) + "\r\n"


def write_household_template(path: Path) -> None:
    """With a byte-order mark, so that Excel shows Vietnamese as typed."""
    path.write_text(template(), encoding="utf-8-sig", newline="")
