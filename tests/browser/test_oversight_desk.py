"""A misuse from end to end: planted, alarmed, investigated, closed by two people, told to the citizen.

With PICTURES set to a folder the steps are photographed for docs/guide/giam-sat.md.
"""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.misuse import HOLDER, raised_misuse

ANSWER = "Tôi xuất theo lời nhờ của một người quen, không có phiếu duyệt."
FOUND = "Không có phiếu duyệt xuất dữ liệu; người dùng xác nhận làm theo lời nhờ."


def test_planted_alarmed_investigated_closed_by_two_and_told(enter: Enter, house: House) -> None:
    misuse = raised_misuse(house)
    first = enter("giamsat")
    expect(first.get_by_text("Vụ việc giám sát mới").first).to_be_visible()
    first.get_by_role("link", name="Vụ việc giám sát", exact=True).first.click()
    expect(first.get_by_role("heading", name="Cần xử lý")).to_be_visible()
    _picture(first, "oversight-desk")
    first.get_by_role("link", name=f"Vụ việc {misuse.case}", exact=True).click()
    row = first.locator("tbody tr", has_text="planted").first
    expect(row).to_contain_text(f"#{misuse.person_id}")
    assert house.one("SELECT name FROM people_person WHERE person_id = %s", misuse.person_id) not in first.content()
    _picture(first, "oversight-case")
    expect(first.get_by_label("Tên đăng nhập của người được hỏi")).to_have_value(HOLDER)
    first.get_by_label("Câu hỏi").fill("Vì sao xuất nhiều hồ sơ như vậy?")
    first.get_by_role("button", name="Gửi câu hỏi").click()
    expect(first.get_by_role("status")).to_contain_text("Đã gửi câu hỏi")

    holder = enter(HOLDER)
    holder.goto("/oversight/questions/")
    holder.get_by_label("Trả lời").first.fill(ANSWER)
    _picture(holder, "oversight-question")
    holder.get_by_role("button", name="Gửi trả lời").first.click()
    expect(holder.get_by_role("status")).to_contain_text("Đã gửi câu trả lời")

    first.reload()
    expect(first.locator(".timeline")).to_contain_text(ANSWER)
    first.get_by_label("Kết luận", exact=True).select_option("confirmed")
    first.get_by_label("Đã thấy gì").fill(FOUND)
    first.get_by_role("button", name="Đề xuất đóng").click()
    expect(first.get_by_text("Bạn đã đề xuất")).to_be_visible()
    assert first.get_by_role("button", name="Đồng ý", exact=True).count() == 0

    second = enter("giamsat2")
    second.goto(f"/oversight/cases/{misuse.case}/")
    _picture(second, "oversight-second")
    second.once("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="Đồng ý", exact=True).click()
    expect(second.locator("h1")).to_contain_text("Có sử dụng sai")
    expect(second.locator(".timeline")).to_contain_text("Báo cho người có hồ sơ bị xem")
    second.goto(f"/audit/people/{misuse.person_id}/")
    told = second.get_by_label("Thông báo cho người có hồ sơ")
    expect(told).to_contain_text("3 lần")
    expect(told).to_contain_text("Hai cán bộ giám sát đã xác nhận")
    _picture(second, "oversight-told")


def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(folder) / f"{name}.png")
