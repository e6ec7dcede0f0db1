"""What stands beside the cells of a form: the panel of one cell, totals, a block pasted out of a spreadsheet."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House

FORM, MONTH = "tt23-4-bct", "202608"  # in no other test, and later than the figures of the demonstration
WITH_TOTAL, FIGURES = "tt23-7-bct", "tt23-2-bct"


def _paste(page: Page, cell: str, text: str) -> None:
    """As Ctrl+V in a cell, of what a spreadsheet put on the clipboard."""
    expect(page.locator(cell)).to_be_editable()
    page.locator(cell).focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def _row(name: str) -> str:
    return f"input[data-row={name}]"


@pytest.fixture
def officer(enter: Enter) -> Page:
    return enter("thongke")


@pytest.fixture
def unit(house: House) -> str:
    return house.unit_of("thongke")


def test_a_cell_tells_its_history_and_takes_a_comment(officer: Page, unit: str) -> None:
    officer.goto(f"/statistics/{FORM}/{unit}/{MONTH}/")
    for figure in ("21", "12"):
        officer.locator(_row("DELIV")).fill(figure)
        officer.keyboard.press("Enter")
        expect(officer.locator("#state")).to_have_text("Đã lưu")
    officer.locator(_row("DELIV")).focus()
    officer.keyboard.press("F2")
    panel = officer.get_by_role("dialog")
    expect(panel.locator(".story li")).to_have_count(2)
    expect(panel.locator(".story li").first).to_contain_text("21 → 12")
    panel.get_by_label("Ghi chú").fill("Một ca chuyển từ xã bên")
    panel.get_by_label("Cần theo dõi").check()
    panel.get_by_role("button", name="Lưu ghi chú").click()
    expect(panel).to_contain_text("đánh dấu theo dõi")
    assert grave_findings(officer) == []
    officer.keyboard.press("Escape")
    expect(officer.locator(_row("DELIV"))).to_be_focused()
    expect(officer.locator("[data-story][data-row=DELIV]")).to_have_attribute("data-follow", "")
    officer.goto("/statistics/follow-up/")
    line = officer.locator("tr", has_text="Một ca chuyển từ xã bên")
    expect(line).to_contain_text("12")
    line.get_by_role("link").click()
    expect(officer.locator(_row("DELIV"))).to_be_focused()
    officer.locator("[data-story][data-row=DELIV]").click()
    panel.get_by_label("Cần theo dõi").uncheck()
    panel.get_by_role("button", name="Lưu ghi chú").click()
    expect(panel).to_contain_text("thôi theo dõi")


def test_a_pasted_column_is_saved_totalled_told_and_undone(officer: Page, house: House, unit: str) -> None:
    officer.goto(f"/statistics/{WITH_TOTAL}/{unit}/{MONTH}/")
    total = officer.locator("output[data-sum-of]").first
    row = total.get_attribute("data-sum-of")
    parts = officer.locator(f"{_row(str(row))}")
    first = f"input[id='{parts.first.get_attribute('id')}']"
    _paste(officer, first, "1.200\r\n\r\n34,5\r\n")  # a count has no decimals: 1200; blank; and what is no count
    told = officer.locator("#pasted")
    expect(told).to_contain_text("1 ô đã dán, 1 ô bị từ chối, 1 ô trống bỏ qua.")
    expect(told.locator("li")).to_contain_text("không đúng kiểu")
    expect(parts.nth(0)).to_have_value("1200")
    expect(parts.nth(1)).to_have_value("")
    parts.nth(2).fill("34")
    parts.nth(2).press("Enter")
    expect(officer.locator("#state")).to_have_text("Đã lưu")
    expect(total).to_have_text("1234")
    assert _stored(house, str(row)) == [34, 1200]
    _paste(officer, first, "7\n8")
    expect(told).to_contain_text("2 ô đã dán, 0 ô bị từ chối")
    told.get_by_role("button", name="Hoàn tác").click()
    expect(told).to_contain_text("Đã hoàn tác 2 ô")
    expect(told.get_by_role("button")).to_be_hidden()
    assert _stored(house, str(row)) == [34, 1200]
    expect(total).to_have_text("1234")


def _stored(house: House, row: str) -> list[Any]:
    return [
        int(number)
        for (number,) in house.rows(
            "SELECT v.number FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id"
            " JOIN statistics_period p ON p.id = v.period_id WHERE e.code = %s AND p.iso = %s AND NOT v.deleted ORDER BY 1",
            row, MONTH,
        )
    ]  # fmt: skip


def test_a_block_that_does_not_fit_is_told_and_nothing_of_it_kept(officer: Page, unit: str) -> None:
    officer.goto(f"/statistics/{FORM}/{unit}/{MONTH}/")
    told = officer.locator("#pasted")
    _paste(officer, _row("DELIV_TEEN"), "\n".join("9" * 60))
    expect(told).to_contain_text("Khối có 60 dòng")
    _paste(officer, _row("DELIV_TEEN"), "Tên\t9")
    expect(told).to_contain_text("có 2 cột")
    expect(officer.locator(_row("DELIV_TEEN"))).to_have_value("")


def test_what_may_be_two_figures_is_asked(officer: Page, unit: str) -> None:
    officer.goto(f"/statistics/{FIGURES}/{unit}/2025/")
    cells = officer.locator("#sheet input[data-row]")
    first = f"input[id='{cells.first.get_attribute('id')}']"
    _paste(officer, first, "1.234\n5")
    question = officer.get_by_role("dialog")
    expect(question).to_contain_text("“1.234”")
    question.get_by_role("button", name="1234 (số nguyên)").click()
    expect(officer.locator("#pasted")).to_contain_text("2 ô đã dán")
    expect(cells.first).to_have_value("1234")
    _paste(officer, first, "1.234\n5.678,25")  # the second cell tells how the first is meant
    expect(officer.locator("#pasted")).to_contain_text("2 ô đã dán")
    expect(cells.nth(1)).to_have_value("5678.25")


def test_figures_as_spreadsheets_write_them(officer: Page, unit: str) -> None:
    officer.goto(f"/statistics/{FORM}/{unit}/{MONTH}/")
    source = officer.locator("script[src*=sheet_paste]").get_attribute("src")
    read = officer.evaluate(
        """async source => {
            const { plainFigures } = await import(source.replace("sheet_paste", "pasted_figures"));
            const asked = sign => (text, either) => sign;
            const read = (texts, sign = "", kind = "decimal") => plainFigures(texts, texts.map(() => kind), asked(sign));
            return [
                await read(["1.234,5", "1,234.5", "1 234", "12,5", "0.125", "1.234.567", "-3", "ba", "1.2.3"]),
                await read(["1.234", "7,5"]), await read(["1.234", "7.5"]), await read(["1.234"]),
                await read(["1.234"], ","), await read(["1,234"], ","), await read(["1,234"], "", "numeric"),
                await read(["1.234"], "", "text"),
            ];
        }""",
        source,
    )
    assert read == [
        ["1234.5", "1234.5", "1234", "12.5", "0.125", "1234567", "-3", "ba", "1.2.3"],
        ["1234", "7.5"], ["1.234", "7.5"], None, ["1234"], ["1.234"], ["1234"], ["1.234"],
    ]  # fmt: skip
