"""A workbook as somebody's program saves it again: read by calamine, written by xlsxwriter, nothing of ours between."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

KEY, VALUE, WAS = "hoso:cell", "hoso:value", "hoso:was"


@dataclass(frozen=True)
class Formula:
    """With the value worked out last, as a program writes it beside the formula."""

    text: str
    value: Any = ""


class Edited:
    """The sheets of a workbook as lists of rows; `at` says where a cell of the report stands."""

    def __init__(self, content: bytes) -> None:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        self.sheets: dict[str, list[list[Any]]] = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
        self.keys, self.page = self.sheets

    @property
    def rows(self) -> list[list[Any]]:
        return self.sheets[self.page]

    @property
    def marks(self) -> list[Any]:
        return next(row for row in self.rows if KEY in row)

    def row(self, key: str) -> list[Any]:
        return next(row for row in self.rows if row[self.marks.index(KEY)] == key)

    def value(self, key: str) -> Any:
        return self.row(key)[self.marks.index(VALUE)]

    def fill(self, key: str, value: Any) -> "Edited":
        self.row(key)[self.marks.index(VALUE)] = value
        return self

    def tell(self, name: str, value: str) -> "Edited":
        """Write another word on the sheet of keys."""
        next(row for row in self.sheets[self.keys] if row[0] == name)[1] = value
        return self

    def content(self) -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            for name, rows in self.sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        _write(sheet, number, column, cell, day)
        return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    match cell:
        case Formula():
            sheet.write_formula(row, column, cell.text, None, cell.value)
        case date():
            sheet.write_datetime(row, column, cell, day)
        case bool():
            sheet.write_boolean(row, column, cell)
        case int() | float():
            sheet.write_number(row, column, cell)
        case "":
            pass
        case _:
            sheet.write_string(row, column, cell)
