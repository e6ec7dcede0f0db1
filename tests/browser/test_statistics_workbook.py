"""A form goes out as a workbook and comes back: what differs is shown, what is wrong is told by its cell, what was ticked is saved."""

import os
from pathlib import Path

from playwright.sync_api import expect

from hoso.engines.statistics.imports.formats import XLSX_TYPE
from hoso.engines.statistics.workbook.tests.editing import Edited
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House

FORM, MONTH = "tt23-4-bct", "202508"


def test_a_workbook_goes_out_and_comes_back(enter: Enter, house: House) -> None:
    page = enter("thongke")
    page.goto(f"/statistics/{FORM}/{house.unit_of('thongke')}/{MONTH}/")
    page.locator("input[data-row=BIRTH_CERT]").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    with page.expect_download() as started:
        page.get_by_role("link", name="Tải bảng tính (XLSX)").click()
    edited = Edited(started.value.path().read_bytes())
    assert edited.value("BIRTH_CERT") == 9
    edited.fill("DELIV", 12).fill("DELIV_TEEN", 1).fill("BIRTH_CERT", "").fill("ANC_VISITS", "ba mươi")
    page.get_by_text("Tải bảng tính đã điền lên").click()
    page.get_by_label("Tệp XLSX").set_input_files(
        {"name": "bieu.xlsx", "mimeType": XLSX_TYPE, "buffer": edited.content()}
    )
    page.get_by_role("button", name="So sánh").click()
    expect(page.locator("#refused tbody tr")).to_have_count(1)
    expect(page.locator("#refused")).to_contain_text("“ba mươi” không phải là con số.")
    expect(page.locator("#refused")).to_contain_text("Biểu 4-BCT!C")
    expect(page.locator("#changes input[name=cell]")).to_have_count(3)
    expect(page.locator("#changes input[name=cell]:checked")).to_have_count(2)
    for width in (1366, 375):
        page.set_viewport_size({"width": width, "height": 768})
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"statistics-workbook-{width}.png")
        assert grave_findings(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 375
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("button", name="Lưu các ô đã chọn").click()
    expect(page.locator("main")).to_contain_text("Số liệu")
    for row, figure in (("DELIV", "12"), ("DELIV_TEEN", "1"), ("BIRTH_CERT", "9"), ("ANC_VISITS", "")):
        expect(page.locator(f"input[data-row={row}]")).to_have_value(figure)
    expect(page.get_by_text("Đã lưu 2 ô từ bảng tính.")).to_be_visible()
