"""An administrator records a doctor's licence; the doctor then sees the withheld visit of their own patient, a colleague nothing."""

from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL
from tests.browser.sending import account, choose
from tests.browser.test_every_page import NARROW, _too_wide
from tests.claim_packages import Claim, package, sample_3176

NUMBER, MA_LK = "001234/HCM-CCHN", "SYN.TREATED"


def _claim() -> Claim:
    """A stay for HIV of somebody whom the hospital has never seen, which ended last week; ordered by one doctor."""
    left = datetime.now() - timedelta(days=6)
    came = left - timedelta(days=2)
    claim = sample_3176().with_(
        MA_LK=MA_LK, MA_CSKCB=HOSPITAL, MA_BENH_CHINH="B20", MA_BN="SYN-TREATED", SO_CCCD="001175000555",
        MA_THE_BHYT="GD4010000000555", HO_TEN="HOÀNG THỊ MẪU RIÊNG", NGAY_VAO=f"{came:%Y%m%d%H%M}", NGAY_RA=f"{left:%Y%m%d%H%M}",
        NGAY_VAO_NOI_TRU=f"{came:%Y%m%d%H%M}", NGAY_TTOAN=f"{left:%Y%m%d%H%M}",
    )  # fmt: skip
    claim.tables[2].rows[0]["MA_BAC_SI"] = NUMBER
    return claim


def _found(page: Page) -> int:
    page.goto("/people/?q=hoang+thi+mau+rieng")
    page.wait_for_load_state("networkidle")
    return page.get_by_role("link", name="HOÀNG THỊ MẪU RIÊNG").count()


def test_by_the_licence_alone(enter: Enter, house: House, tmp_path: Path) -> None:
    file = tmp_path / "treated.xml"
    file.write_bytes(package(_claim(), made_on=f"{datetime.now() - timedelta(days=1):%Y%m%d}", facility=HOSPITAL))
    desk = enter("tiepnhan")
    desk.goto("/intake/")
    assert account(choose(desk, file))["filed"] == 1
    doctor = enter("bacsi")
    assert _found(doctor) == 0

    page = enter("quantri")
    page.on("dialog", lambda dialog: dialog.accept())
    number = house.one("SELECT id FROM accounts_account WHERE username = 'bacsi'")
    page.goto(f"/accounts/{number}/")
    page.locator("#practice-licence summary").click()
    page.get_by_label("Số giấy phép (chứng chỉ) hành nghề").fill("001234/hcm-cchn")
    page.get_by_label("Căn cứ").fill("Sở Y tế cấp 01/02/2020 (mẫu), đã xem bản gốc")
    page.locator("#practice-licence").get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator("#practice-licence .rows")).to_contain_text(NUMBER)
    assert grave_findings(page) == []

    assert _found(doctor) == 1
    doctor.get_by_role("link", name="HOÀNG THỊ MẪU RIÊNG").click()
    expect(doctor.locator(".visit-link")).to_have_count(1)
    doctor.locator(".visit-link").click()
    expect(doctor.locator("main")).to_contain_text("Có nội dung được giữ lại theo quy định")
    narrow = enter("quantri", viewport=NARROW)
    narrow.goto(f"/accounts/{number}/")
    assert _too_wide(narrow) == []

    page.locator("#practice-licence").get_by_role("button", name="Bỏ").click()
    expect(page.locator("#practice-licence .rows .quiet-text").first).to_contain_text(NUMBER)
    assert _found(doctor) == 0
