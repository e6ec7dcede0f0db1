"""Setting up an authenticator app: the picture to scan is part of the page, as the content policy allows none from `data:`."""

from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House


def test_the_picture_to_scan_is_shown(enter: Enter, house: House) -> None:
    page = enter("bacsi")
    page.goto("/security/totp/activate/")
    page.get_by_label("Mật khẩu").fill(house.sign_ins["bacsi"].password)  # asked for once more before a factor is added
    page.keyboard.press("Enter")
    picture = page.get_by_role("img", name="Mã QR của khóa")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert 150 < box["width"] == box["height"]
    assert picture.locator("path").count() == 1
    assert grave_findings(page) == []
