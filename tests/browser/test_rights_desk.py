"""The data protection officer's desk: a deletion is received, replied to, refused while the law keeps the record."""

from datetime import date

from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import chronic_patient
from tests.browser.test_every_page import _too_wide


def test_a_deletion_from_receipt_to_its_letter(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    ((number, year),) = house.rows(
        "SELECT i.value, extract(year FROM p.birth_date)::int::text FROM people_person p JOIN people_identifier i"
        " ON i.person_id = p.person_id AND i.kind IN ('personal_number', 'card') WHERE p.person_id = %s LIMIT 1",
        patient.person_id,
    )
    page = enter("dulieu")
    page.get_by_role("link", name="Yêu cầu của người dân").click()
    page.get_by_label("Số định danh").fill(number)
    page.get_by_label("Năm sinh").fill(year)
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Yêu cầu", exact=True).select_option("delete")
    page.get_by_label("Nội dung").fill("Đề nghị xóa toàn bộ hồ sơ của tôi")
    assert grave_findings(page) == []
    page.get_by_role("button", name="Nhận yêu cầu").click()
    expect(page.get_by_text("Pháp luật buộc lưu hồ sơ đến")).to_be_visible()
    assert page.get_by_role("button", name="Đã thực hiện").count() == 0
    page.get_by_role("button", name="Đã phản hồi").click()
    assert page.get_by_role("button", name="Đã thực hiện").count() == 0  # the law keeps the record
    page.get_by_role("button", name="Từ chối").click()
    page.get_by_role("link", name="Thông báo kết quả").click()
    letter = page.locator("article.letter")
    for words in (patient.name, "xóa dữ liệu", "thời hạn lưu trữ", "hạn chế xử lý dữ liệu", f"{date.today():%d/%m/%Y}"):
        expect(letter).to_contain_text(words)
    assert grave_findings(page) == []
    page.get_by_role("link", name="Về yêu cầu").click()
    expect(page.locator("main")).to_contain_text("In thư")
    page.set_viewport_size({"width": 375, "height": 740})
    for path in ("/rights/", page.url):
        page.goto(path)
        assert _too_wide(page) == []
