"""A report goes up: handed in by the station, one cell returned with its reason, corrected, approved with the keyboard."""

import pytest
from playwright.sync_api import expect

from hoso.engines.statistics.uids import uid_of
from tests.browser.conftest import Enter
from tests.browser.house import House

FORM, MONTH = "tt23-4-bct", "202603"


@pytest.fixture
def report(house: House) -> str:
    unit = house.one(
        "SELECT u.uid FROM statistics_unit u JOIN accounts_assignment a ON a.place_id = u.id"
        " JOIN accounts_account c ON c.id = a.account_id WHERE c.username = 'thongke'"
    )
    return f"/statistics/reports/{uid_of(f'form:{FORM}')}/{unit}/{MONTH}/"


def test_a_report_is_returned_corrected_and_approved(enter: Enter, house: House, report: str) -> None:
    station = enter("thongke")
    station.goto(report.replace(f"/reports/{uid_of(f'form:{FORM}')}/", f"/{FORM}/"))
    for row, figure in (("DELIV", "12"), ("DELIV_TEEN", "9")):
        station.locator(f"input[data-row={row}]").fill(figure)
        station.keyboard.press("Enter")
        expect(station.locator("#state")).to_have_text("Đã lưu")
    station.get_by_role("link", name="Nộp, duyệt").click()
    station.get_by_role("button", name="Nộp báo cáo").click()
    expect(station.locator("main")).to_contain_text("đã nộp, chờ duyệt")

    approver = enter("duyetbc")
    approver.goto("/statistics/approval/")
    approver.get_by_role("link", name="Biểu 4/BCT").first.click()
    approver.locator("input[name='why:DELIV_TEEN:']").fill("Nhiều bất thường, kiểm tra lại sổ đẻ")
    approver.get_by_role("button", name="Trả lại").focus()
    approver.keyboard.press("Enter")
    expect(approver.locator("main")).to_contain_text("Trả lại hoặc mở lại để sửa")

    station.goto(report)
    expect(station.locator("tr", has_text="Đẻ ở vị thành niên")).to_contain_text("kiểm tra lại sổ đẻ")
    station.get_by_role("link", name="Sửa số liệu").click()
    station.locator("input[data-row=DELIV]").fill("13")
    station.keyboard.press("Enter")
    expect(station.locator("#state")).to_contain_text("đã nộp hoặc đã duyệt")
    station.locator("input[data-row=DELIV_TEEN]").fill("2")
    station.keyboard.press("Enter")
    expect(station.locator("#state")).to_have_text("Đã lưu")
    station.goto(report)
    station.get_by_role("button", name="Nộp báo cáo").click()

    approver.goto(report)
    approver.get_by_role("button", name="Duyệt", exact=True).focus()
    approver.keyboard.press("Enter")
    expect(approver.locator("main")).to_contain_text("Duyệt báo cáo")
    assert house.rows(
        "SELECT r.state FROM statistics_report r JOIN statistics_period p ON p.id = r.period_id WHERE p.iso = %s", MONTH
    ) == [("province",)]  # fmt: skip
    station.goto("/notices/")
    expect(station.locator("main")).to_contain_text("kiểm tra lại sổ đẻ")
