"""A report goes up: handed in by the station, one cell returned with its reason, corrected, approved by the province and by
somebody else for the ministry, opened again for a time."""

import pytest
from playwright.sync_api import Page, expect

from hoso.engines.statistics.uids import uid_of
from tests.browser.conftest import Enter
from tests.browser.house import House

FORM, MONTH = "tt23-4-bct", "202603"
REASON = "Nhiều bất thường, kiểm tra lại sổ đẻ"


@pytest.fixture
def report(house: House) -> str:
    unit = house.unit_of("thongke")
    return f"/statistics/reports/{uid_of(f'form:{FORM}')}/{unit}/{MONTH}/"


def _state(house: House) -> str:
    return str(
        house.one(
            "SELECT r.state FROM statistics_report r JOIN statistics_period p ON p.id = r.period_id WHERE p.iso = %s", MONTH
        )
    )  # fmt: skip


def _fill(station: Page, row: str, figure: str) -> None:
    station.locator(f"input[data-row={row}]").fill(figure)
    station.keyboard.press("Enter")


def _hand_in(station: Page, report: str) -> None:
    station.goto(report)
    station.get_by_role("button", name="Nộp báo cáo").click()
    expect(station.locator("main")).to_contain_text("đã nộp, chờ duyệt")


def _approve(approver: Page, report: str) -> None:
    approver.goto(report)
    approver.get_by_role("button", name="Duyệt", exact=True).focus()
    approver.keyboard.press("Enter")
    expect(approver.locator("h1")).to_have_text("Duyệt báo cáo")


def test_from_the_station_to_the_ministry_and_open_again(enter: Enter, house: House, report: str) -> None:
    station = enter("thongke")
    station.goto(report.replace(f"/reports/{uid_of(f'form:{FORM}')}/", f"/{FORM}/"))
    for row, figure in (("DELIV", "12"), ("DELIV_TEEN", "9")):
        _fill(station, row, figure)
        expect(station.locator("#state")).to_have_text("Đã lưu")
    _hand_in(station, report)

    province = enter("duyettinh")
    province.goto("/statistics/approval/")
    province.get_by_role("link", name="Biểu 4/BCT").first.click()
    province.locator("input[name='why:DELIV_TEEN:']").fill(REASON)
    province.get_by_role("button", name="Trả lại").focus()
    province.keyboard.press("Enter")
    expect(province.locator("main")).to_contain_text("Trả lại hoặc mở lại để sửa")

    station.goto(report)
    expect(station.locator("tr", has_text="Đẻ ở vị thành niên")).to_contain_text(REASON)
    station.get_by_role("link", name="Sửa số liệu").click()
    _fill(station, "DELIV", "13")
    expect(station.locator("#state")).to_contain_text("đã nộp hoặc đã duyệt")
    _fill(station, "DELIV_TEEN", "2")
    expect(station.locator("#state")).to_have_text("Đã lưu")
    _hand_in(station, report)

    _approve(province, report)
    assert _state(house) == "province"
    province.goto(report)
    expect(province.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)  # the ministry's turn
    ministry = enter("duyetbc")
    _approve(ministry, report)
    assert _state(house) == "ministry"
    province.goto(report)
    expect(province.get_by_role("button", name="Mở lại có hạn")).to_have_count(0)

    ministry.goto(report)
    ministry.get_by_label("Lý do", exact=True).fill("Bổ sung một ca sinh")
    ministry.get_by_label("Mở lại trong (ngày)").fill("2")
    ministry.get_by_role("button", name="Mở lại có hạn").click()
    expect(ministry.locator("h1")).to_have_text("Duyệt báo cáo")
    assert _state(house) == "reopened"
    station.goto("/")
    expect(station.locator("body")).to_contain_text(REASON)
    expect(station.locator("body")).to_contain_text("Bổ sung một ca sinh")
    station.goto(report)
    station.get_by_role("link", name="Sửa số liệu").click()
    _fill(station, "DELIV", "14")
    expect(station.locator("#state")).to_have_text("Đã lưu")
