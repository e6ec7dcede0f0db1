"""A hospital's statistician opens 14/BCT, lets the record fill it, corrects one figure; the checker sees who is behind one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.watching import Watch, refused

FORM = "tt23-14-bct"
CHAPTERS = {"E": "iv", "I": "ix", "J": "x", "K": "xi", "L": "xii", "M": "xiii", "N": "xiv"}  # by the letter of ICD-10


@pytest.fixture
def report(house: House) -> Iterator[tuple[str, str, str]]:
    """Address of the month in which most outpatients of a chapter came to the hospital, a row and an option that count of it."""
    month, unit, letter = house.rows(
        "SELECT to_char(v.ended, 'YYYYMM'), u.uid, left(v.main, 1) FROM records_ended_visit v"
        " JOIN places_facility f ON f.id = v.facility_id JOIN statistics_unit u ON u.id = -f.id"
        " WHERE f.code = '80901' AND v.ended >= '2025-07-01' AND v.class = 'AMB' AND left(v.main, 1) = ANY (%s)"
        " GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1, 3 LIMIT 1",
        list(CHAPTERS),
    )[0]
    yield f"/statistics/{FORM}/{unit}/{month}/", "OPD_TOTAL", CHAPTERS[letter]


def test_the_form_is_filled_and_one_figure_corrected(enter: Enter, report: tuple[str, str, str]) -> None:
    address, row, option = report
    page = enter("thongkebv")
    page.goto(address)
    page.get_by_role("button", name="Điền từ hồ sơ").click()
    cell = page.locator(f"input[data-row={row}][data-options={option}]")
    line = page.locator("tr", has=cell)
    proposed = line.locator("td.record > span.number").first.inner_text()
    assert int(proposed) > 0
    expect(cell).to_have_value("")
    # One is taken by itself, the others at once.
    line.get_by_role("button", name="Nhận").click()
    expect(page.locator("#state")).to_have_text("Đã lưu")
    expect(cell).to_have_value(proposed)
    page.reload()
    page.get_by_role("button", name="Nhận tất cả vào ô trống").click()
    expect(page.locator("main")).to_contain_text(f"Đã nhận {13 * 22 - 1} ô từ hồ sơ")
    expect(page.get_by_role("button", name="Nhận tất cả vào ô trống")).to_have_count(0)
    # A figure of one's own needs its reason.
    cell.fill(str(int(proposed) + 3))
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("cần lý do")
    why = line.get_by_label("Lý do khác hồ sơ")
    expect(why).to_be_focused()
    why.fill("Ba lượt gửi trễ")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Đã lưu")
    expect(line.locator(".difference")).to_contain_text("3")
    page.reload()
    expect(cell).to_have_value(str(int(proposed) + 3))
    expect(line.get_by_label("Lý do khác hồ sơ")).to_have_value("Ba lượt gửi trễ")
    expect(page.locator("#record")).to_contain_text("1 ô khác hồ sơ")
    assert grave_findings(page) == []
    # Who approves sees what the record said, and why the report says otherwise.
    page.get_by_role("link", name="Nộp, duyệt").click()
    told = page.locator("tr", has_text="Ba lượt gửi trễ")
    expect(told).to_contain_text(proposed)


def test_who_counts_sees_no_person_and_the_checker_does(
    enter: Enter, report: tuple[str, str, str], watch: Watch
) -> None:
    address, row, option = report
    where = f"{address}record/{row}/persons/?options={option}"
    officer = enter("thongkebv")
    officer.goto(address)
    expect(officer.get_by_role("link", name="Ai?")).to_have_count(0)
    assert refused(officer, watch, where, 403) == "HS2001"
    page = enter("doichieu")
    page.goto(address)
    page.locator("tr", has=page.locator(f"input[data-row={row}][data-options={option}]")).get_by_role(
        "link", name="Ai?"
    ).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert grave_findings(page) == []


def test_a_month_without_records_says_so(enter: Enter, report: tuple[str, str, str], watch: Watch) -> None:
    address, _, _ = report
    page = enter("thongkebv")
    empty = address.rsplit("/", 2)[0] + "/202611/"
    page.goto(empty)
    watch.expect_refusal(f"{empty}record/")
    page.get_by_role("button", name="Điền từ hồ sơ").click()
    expect(page.locator("main")).to_contain_text("HS5340")
