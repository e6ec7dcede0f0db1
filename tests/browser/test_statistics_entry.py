"""An officer of a commune fills in a monthly form: by keyboard, saved cell by cell, with hints and the month before."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.watching import Watch, refused

FORM, MONTH, BEFORE = "tt23-4-bct", "202605", "202604"


@pytest.fixture
def address(house: House) -> Iterator[str]:
    unit = house.unit_of("thongke")
    yield f"/statistics/{FORM}/{unit}/"


def test_a_month_is_filled_in_by_keyboard(enter: Enter, house: House, address: str) -> None:
    page = enter("thongke")
    page.goto(f"{address}{BEFORE}/")
    page.locator("input[data-row=DELIV]").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    page.get_by_role("link", name="Tháng 5/2026 →").click()
    deliveries = page.locator("tr", has=page.locator("input[data-row=DELIV]"))
    expect(deliveries).to_contain_text("9")
    expect(page.locator("input[data-row=DELIV]")).to_be_editable()
    page.locator("input[data-row=DELIV]").focus()
    page.keyboard.type("12")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[data-row=DELIV_TEEN]")).to_be_focused()
    page.keyboard.type("15")
    page.keyboard.press("Enter")
    expect(page.locator("#hints")).to_contain_text("lớn hơn")
    page.keyboard.press("ArrowUp")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#hints")).to_be_hidden()
    page.reload()
    expect(page.locator("input[data-row=DELIV]")).to_have_value("12")
    expect(page.locator("input[data-row=DELIV_TEEN]")).to_have_value("2")
    stored = house.rows(
        "SELECT e.code, v.number::int FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id"
        " JOIN statistics_period p ON p.id = v.period_id WHERE p.iso = %s AND NOT v.deleted ORDER BY 1",
        MONTH,
    )
    assert stored == [("DELIV", 12), ("DELIV_TEEN", 2)]
    assert house.one(
        "SELECT h.number::int FROM statistics_value_history h JOIN statistics_period p ON p.id = h.period_id"
        " WHERE p.iso = %s",
        MONTH,
    ) == 15  # fmt: skip


def test_what_is_no_count_is_told_and_not_kept(enter: Enter, house: House, address: str) -> None:
    page = enter("thongke")
    page.goto(f"{address}202603/")
    cell = page.locator("input[data-row=ANC_VISITS]")
    cell.fill("12,5")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("không đúng kiểu")
    expect(cell).to_have_attribute("aria-invalid", "true")
    cell.fill("13")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    cell.fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    page.reload()
    expect(page.locator("input[data-row=ANC_VISITS]")).to_have_value("")
    assert grave_findings(page) == []


def test_a_cell_without_a_line_stays_on_the_screen(enter: Enter, address: str, watch: Watch) -> None:
    page = enter("thongke")
    page.goto(f"{address}202602/")
    watch.expect_refusal(f"{address}202602/cell/")
    page.route("**/cell/", lambda route: route.fulfill(status=408))
    page.locator("input[data-row=PREG_NEW]").fill("4")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("mất kết nối")
    page.unroute("**/cell/")
    page.locator("input[data-row=PREG_NEW]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    page.reload()
    expect(page.locator("input[data-row=PREG_NEW]")).to_have_value("4")


def test_nothing_can_be_typed_before_somebody_listens(enter: Enter, address: str) -> None:
    """The script comes late over a bad line: until then a figure would be seen on the screen and never be sent."""
    page = enter("thongke")
    held: list[Route] = []
    page.route("**/sheet_hints.js", lambda route: held.append(route))
    with page.expect_request("**/sheet_hints.js"):
        page.goto(f"{address}202601/", wait_until="commit")
    cell = page.locator("input[data-row=PREG_NEW]")
    expect(cell).not_to_be_editable()
    cell.focus()
    page.keyboard.type("4")
    expect(cell).to_have_value("")
    held.pop().continue_()
    expect(cell).to_be_editable()
    cell.fill("5")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")


def test_a_form_of_another_commune_does_not_open(enter: Enter, house: House, watch: Watch) -> None:
    other = house.one(
        "SELECT min(u.uid) FROM statistics_unit u WHERE u.tier = 'commune' AND u.valid_to IS NULL AND u.id NOT IN"
        " (SELECT place_id FROM accounts_assignment WHERE place_id IS NOT NULL)"
    )
    assert refused(enter("thongke"), watch, f"/statistics/{FORM}/{other}/{MONTH}/", 409) == "HS7011"


def test_the_forms_of_the_unit_are_listed(enter: Enter) -> None:
    page = enter("thongke")
    page.goto("/statistics/")
    expect(page.locator("main")).to_contain_text("Biểu 4/BCT")
    expect(page.locator("main")).to_contain_text("chưa đối chiếu")
