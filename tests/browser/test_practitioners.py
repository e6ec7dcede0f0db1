"""The register of practitioners: a list is given, a wrong row is told, somebody is found by an old number and suspended."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.test_every_page import NARROW, _too_wide

LIST = (
    "name,licence,old_licence,born,sex,profession,issued_by,issued_on,valid_to,scope,facility_code,department,role,from,part_time\n"
    "Trịnh Thị Bạch Mai (mẫu),000777/SYN-GPHN,000555/SYN-CCHN,12/03/1985,nữ,Bác sĩ,Sở Y tế (mẫu),01/02/2025,01/02/2030,"
    "Nội khoa,80901,K03,Bác sĩ điều trị,01/03/2025,không\n"
    "Phùng Văn Sai (mẫu),000778/SYN-GPHN,,31/02/1985,nam,Bác sĩ,,,,,80901,,,,\n"
)
TAKEN_SECONDS = 60


@pytest.fixture
def register(enter: Enter, house: House, tmp_path: Path) -> Page:
    """The officer's window, with the list taken in."""
    page = enter("tiepnhan")
    page.get_by_role("link", name="Tra sổ người hành nghề").click()
    page.get_by_role("link", name="Nhập danh sách").click()
    file = tmp_path / "hanh-nghe.csv"
    file.write_text(LIST, encoding="utf-8-sig")
    page.get_by_label("Tệp CSV hoặc XLSX").set_input_files(file)
    page.get_by_role("button", name="Nhập danh sách").click()
    expect(page.get_by_text("Đã nhận danh sách.")).to_be_visible()
    until = time.monotonic() + TAKEN_SECONDS
    while house.one("SELECT state FROM practitioners_list ORDER BY id DESC LIMIT 1") != "done":
        assert time.monotonic() < until, "the worker takes the list in"
        time.sleep(0.2)
    return page


def test_a_list_is_given_and_somebody_is_found_by_the_old_number_and_suspended(
    register: Page, enter: Enter, house: House
) -> None:
    expect(register.get_by_text("1 bị từ chối")).to_be_visible()
    expect(register.get_by_role("row", name="born")).to_contain_text("31/02/1985")
    register.goto("/practitioners/")
    register.get_by_label("Họ tên hoặc số giấy phép").fill("000555")
    register.get_by_role("link", name="Trịnh Thị Bạch Mai").click()
    expect(register.get_by_role("heading", level=1)).to_contain_text("Trịnh Thị Bạch Mai")
    for words in (
        "000555/SYN-CCHN",
        "Chứng chỉ hành nghề",
        "Hết hạn",
        "Phạm vi hành nghề: Nội khoa",
        "12/03/1985",
        "Bác sĩ điều trị",
    ):
        expect(register.locator("main")).to_contain_text(words)
    licence = register.locator(".licence", has_text="000777/SYN-GPHN")
    expect(licence).to_contain_text("Đang có hiệu lực")
    licence.get_by_text("Đình chỉ hoặc thu hồi").click()
    licence.get_by_role("button", name="Đình chỉ").click()  # without a reason the browser says so
    assert licence.get_by_label("Lý do, số và ngày quyết định").evaluate("box => box.validity.valueMissing")
    licence.get_by_label("Lý do, số và ngày quyết định").fill("QĐ 12/QĐ-SYT (mẫu)")
    licence.get_by_role("button", name="Đình chỉ").click()
    expect(register.get_by_role("status")).to_contain_text("Đã ghi")
    licence = register.locator(".licence", has_text="000777/SYN-GPHN")
    expect(licence).to_contain_text("Đang đình chỉ")
    assert grave_findings(register) == []
    register.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    assert _too_wide(register) == []
    licence.get_by_text("Kết thúc đình chỉ").click()
    licence.get_by_label("Lý do", exact=True).fill("Hết thời hạn")
    licence.get_by_role("button", name="Kết thúc").click()
    expect(register.get_by_role("heading", name="Trước khi thay đổi")).to_be_visible()
    expect(register.locator("main")).to_contain_text("Đình chỉ")

    reader = enter("hoso")  # the hospital's officer reads and changes nothing; nor is the day of birth shown
    reader.get_by_role("link", name="Địa bàn").click()
    reader.get_by_role("link", name="Sổ người hành nghề").click()
    expect(reader.get_by_role("link", name="Nhập danh sách")).to_have_count(0)
    reader.get_by_label("Họ tên hoặc số giấy phép").fill("bach mai trinh")
    reader.get_by_role("link", name="Trịnh Thị Bạch Mai").click()
    expect(reader.locator("main")).to_contain_text("000777/SYN-GPHN")
    expect(reader.locator("main")).not_to_contain_text("12/03/1985")
    expect(reader.get_by_text("Đình chỉ hoặc thu hồi")).to_have_count(0)
