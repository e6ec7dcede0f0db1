"""Fill in a report's workbook as a user would: IN OUT. Figures go into the cells that may be entered; prints what it saw as JSON."""

import json
import sys

from openpyxl import load_workbook

book = load_workbook(sys.argv[1])
page = book.active
marks = next(row for row in page.iter_rows() if any(cell.value == "hoso:cell" for cell in row))
columns = {cell.value: cell.column for cell in marks if cell.value}
filled = {}
for row in range(marks[0].row + 1, page.max_row + 1):
    key, cell = page.cell(row, columns["hoso:cell"]).value, page.cell(row, columns["hoso:value"])
    if key and not cell.protection.locked:
        cell.value = filled[key] = 1000 + row
page.title = "Số liệu của trạm"
page.column_dimensions["B"].width = 90
page.insert_cols(1)
book.create_sheet("Ghi chép")["A1"] = "riêng của trạm"
book.save(sys.argv[2])
hidden = [name for name, one in page.column_dimensions.items() if one.hidden]
print(json.dumps({
    "filled": filled, "protected": page.protection.sheet, "password": page.protection.password, "hidden": hidden,
    "states": {one.title: one.sheet_state for one in book}, "checks": len(page.data_validations.dataValidation),
}))  # fmt: skip
