"""The mapping desk: a visit that waits with a hospital's own code is completed by a mapping that two persons decided."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.test_every_page import _too_wide
from tests.claim_packages import package, sample_3176

LOCAL, NAME, FACILITY = "XN.CTM.TEST", "Tổng phân tích tế bào máu ngoại vi bằng máy đếm laser", "80901"
BECOMES_SECONDS = 60


@pytest.fixture
def waiting_visit(house: House, tmp_path: Path) -> str:
    """The visit's key: its blood count bears a code of the hospital's own."""
    claim = (
        sample_3176().changed(3, 2, MA_DICH_VU=LOCAL, TEN_DICH_VU=NAME).with_(MA_LK="SYN.MAPPING", MA_CSKCB=FACILITY)
    )
    if not house.one("SELECT count(*) FROM intake_current_visit WHERE ma_lk = 'SYN.MAPPING'"):
        file = tmp_path / "waiting.xml"
        file.write_bytes(package(claim, facility=FACILITY))
        house.take(file)
    return claim.ma_lk


def test_a_waiting_visit_is_completed_by_a_mapping(enter: Enter, house: House, waiting_visit: str) -> None:
    hospital = enter("hoso")
    hospital.get_by_role("link", name="Ánh xạ mã").click()
    hospital.get_by_role("link", name=LOCAL).click()
    expect(hospital.get_by_role("heading", level=1)).to_contain_text(NAME)
    offers = hospital.get_by_role("radio")
    expect(offers.first).to_be_checked()
    expect(hospital.locator(".offer").first).to_contain_text("Tổng phân tích tế bào máu ngoại vi")
    # With the keyboard alone: the next one and back, then down to the button.
    offers.first.focus()
    hospital.keyboard.press("ArrowDown")
    expect(offers.nth(1)).to_be_checked()
    hospital.keyboard.press("ArrowUp")
    target = offers.first.get_attribute("value") or ""
    hospital.get_by_role("button", name="Đề xuất", exact=True).focus()
    hospital.keyboard.press("Enter")
    expect(hospital.get_by_text("chờ người khác duyệt")).to_be_visible()
    assert _codings(house, waiting_visit, target) == 0
    expect(hospital.get_by_role("button", name="Duyệt")).to_have_count(0)

    officer = enter("tiepnhan")
    officer.goto("/intake/codes/approvals/")
    card = officer.locator("article", has_text=LOCAL)
    expect(card).to_contain_text(target)
    card.get_by_role("button", name="Từ chối").click()  # without a reason the browser says so
    expect(card.get_by_label("Lý do từ chối")).to_be_focused()
    card.get_by_role("button", name="Duyệt").click()
    expect(officer.get_by_text("đang được lưu lại")).to_be_visible()
    _until_completed(house, waiting_visit, target)

    hospital.goto("/intake/codes/?state=mapped")
    expect(hospital.get_by_role("row").filter(has_text=LOCAL)).to_contain_text(target)
    hospital.goto("/intake/codes/yield/")
    expect(hospital.get_by_role("row").filter(has_text="Dịch vụ kỹ thuật").first).to_be_visible()


def test_a_search_finds_another_code_and_a_refusal_is_told(enter: Enter, house: House, waiting_visit: str) -> None:
    hospital = enter("hoso")
    code_id = house.one("SELECT id FROM local_codes_code WHERE code = %s", LOCAL)
    hospital.goto(f"/intake/codes/{code_id}/")
    hospital.get_by_label("Tìm mã khác").fill("dien tim thuong")
    hospital.keyboard.press("Enter")
    hospital.get_by_role("radio", name="Điện tim thường").first.check()
    hospital.get_by_role("button", name="Đề xuất", exact=True).click()
    officer = enter("tiepnhan")
    officer.goto("/intake/codes/approvals/")
    card = officer.locator("article", has_text=LOCAL).first
    card.get_by_label("Lý do từ chối").fill("đây là xét nghiệm máu")
    card.get_by_role("button", name="Từ chối").click()
    hospital.reload()
    expect(hospital.locator("section", has_text="Lịch sử")).to_contain_text("đây là xét nghiệm máu")


def test_on_a_telephone(enter: Enter, house: House, waiting_visit: str) -> None:
    page = enter("hoso", viewport={"width": 375, "height": 740})
    code_id = house.one("SELECT id FROM local_codes_code WHERE code = %s", LOCAL)
    for path in ("", f"{code_id}/", "approvals/", "yield/"):
        page.goto(f"/intake/codes/{path}")
        assert _too_wide(page) == [], path
        assert grave_findings(page) == [], path


def _codings(house: House, ma_lk: str, target: str) -> int:
    """Resources of the visit that bear the catalogue's coding."""
    coding = f'"system":"https://hoso.vn/fhir/CodeSystem/dich-vu-ky-thuat","version":"qd4440-2020","code":"{target}"'
    return int(
        house.one(
            "SELECT count(*) FROM records_resource r JOIN intake_visit v ON v.encounter = r.encounter AND v.ma_lk = %s"
            " WHERE NOT r.deleted AND position(convert_to(%s, 'UTF8') in r.body) > 0",
            ma_lk,
            coding,
        )
    )


def _until_completed(house: House, ma_lk: str, target: str) -> None:
    deadline = time.monotonic() + BECOMES_SECONDS
    while not _codings(house, ma_lk, target):
        assert time.monotonic() < deadline, "the visit was not filed again"
        time.sleep(0.3)
    assert _codings(house, ma_lk, target) == 2  # the order and the line of the claim
