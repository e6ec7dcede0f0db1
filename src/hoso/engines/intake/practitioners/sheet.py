"""The list of practitioners as facilities and health departments send it (CSV, or a workbook of any number of sheets).

A row is one practitioner with one licence at one place: who works at two places stands in two rows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hoso.core.files.sheets import SheetRow, count_sheets, read_sheets

REQUIRED = ("name", "licence")
OPTIONAL = (
    "born", "sex", "profession", "old_licence", "issued_by", "issued_on", "valid_to", "scope", "facility_code", "department",
    "role", "from", "to", "part_time",
)  # fmt: skip


def read_practitioner_sheet(source: BinaryIO, name: str) -> Iterator[SheetRow]:
    """Rows that hold anything, every value as text. Raises HosoError as `read_sheets`."""
    return read_sheets(source, name, REQUIRED, OPTIONAL)


def count_practitioner_rows(source: BinaryIO, name: str) -> int:
    """How many rows `read_practitioner_sheet` gives; the file is read to its end. Raises HosoError as it does."""
    return count_sheets(source, name, REQUIRED, OPTIONAL)


def template() -> str:
    """The heading and one row that shows how it is filled in."""
    example = {
        "name": "Nguyễn Thị Mẫu", "licence": "000001/SYN-GPHN", "born": "15/03/1985", "sex": "nữ", "profession": "Bác sĩ",
        "old_licence": "000001/SYN-CCHN", "issued_by": "Sở Y tế (mẫu)", "issued_on": "01/02/2025", "valid_to": "01/02/2030",
        "scope": "Khám bệnh, chữa bệnh nội khoa", "facility_code": "80901", "department": "Khoa Nội", "role": "Bác sĩ điều trị",
        "from": "01/02/2025", "part_time": "không",
    }  # fmt: skip
    columns = (*REQUIRED, *OPTIONAL)
    return ",".join(columns) + "\r\n" + ",".join(f'"{example.get(one, "")}"' for one in columns) + "\r\n"


def write_practitioner_template(path: Path) -> None:
    """With a byte-order mark, so that Excel shows Vietnamese as typed."""
    path.write_text(template(), encoding="utf-8-sig", newline="")
