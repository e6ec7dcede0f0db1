"""Two forms that do not agree: told while the second is typed and when it is handed in, found on the board by the province, which
leads to the cell."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.house import House

MONTH = "202602"


def test_from_the_cell_to_the_board_and_back_to_the_cell(enter: Enter, house: House) -> None:
    unit = house.unit_of("thongke")
    station = enter("thongke")
    for form, row, figure in (("tt23-6-bct", "HEPB24", "9"), ("tt23-8-bct", "IMM_HEPB0", "8")):
        station.goto(f"/statistics/{form}/{unit}/{MONTH}/")
        station.locator(f"input[data-row={row}]").fill(figure)
        station.keyboard.press("Enter")
        expect(station.locator("#state")).to_have_text("Đã lưu")
    expect(station.locator("#hints")).to_contain_text("“Biểu 6/BCT” là 9, phải bằng “Biểu 8/BCT” là 8")
    station.get_by_role("link", name="Nộp, duyệt").click()
    station.get_by_role("button", name="Nộp báo cáo").click()
    expect(station.locator("main")).to_contain_text("đã nộp, chờ duyệt")
    expect(station.get_by_text("Báo cáo có 1 chỗ số liệu không khớp")).to_be_visible()

    province = enter("duyettinh")
    province.goto("/statistics/")
    province.get_by_role("link", name="Chất lượng số liệu").click()
    province.get_by_label("Kỳ kết thúc trong tháng").fill("2026-02")
    province.get_by_role("button", name="Xem").click()
    found = province.get_by_role("row", name="phải bằng “Biểu 8/BCT” là 8")
    expect(found).to_contain_text("vừa")
    expect(province.get_by_text("1 báo cáo còn ô trống")).to_be_visible()
    found.get_by_role("link", name="Trẻ được tiêm VGB").click()
    expect(province.locator("input:target")).to_have_value("9")
    expect(province.locator("input:target")).to_be_in_viewport()
