"""An administrator enters with a second factor, manages accounts, and sees nobody's record."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.watching import Watch, refused


def test_the_password_alone_does_not_open(open_browser: Callable[..., Page], house: House) -> None:
    page, known = open_browser(), house.sign_ins["quantri"]
    page.goto("/accounts/")
    page.get_by_label("Tên đăng nhập").fill(known.username)
    page.get_by_label("Mật khẩu").fill(known.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bước thứ hai")).to_be_visible()
    page.goto("/accounts/")
    expect(page.get_by_role("heading", name="Bước thứ hai")).to_be_visible()
    assert page.get_by_role("table").count() == 0


def test_a_wrong_code_is_told(open_browser: Callable[..., Page], house: House) -> None:
    page, known = open_browser(), house.sign_ins["giamsat"]
    page.goto("/sign-in/")
    page.get_by_label("Tên đăng nhập").fill(known.username)
    page.get_by_label("Mật khẩu").fill(known.password)
    page.keyboard.press("Enter")
    page.get_by_label("Mã xác thực").fill(f"{(int(known.code_now) + 500_000) % 1_000_000:06}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def test_accounts_yes_records_no(enter: Enter, house: House, watch: Watch) -> None:
    page = enter("quantri")
    assert page.locator("#q").count() == 0
    page.get_by_role("link", name="Tài khoản").first.click()
    for username in house.sign_ins:
        expect(page.get_by_role("rowheader", name=username, exact=True)).to_be_visible()
    name, person_id = house.rows("SELECT name, person_id FROM people_person WHERE NOT provisional LIMIT 1")[0]
    for path in (f"/people/{person_id}/", "/people/", f"/intake/people/{person_id}/", "/intake/conflicts/"):
        assert refused(page, watch, path, 403) == "HS2001"
        assert name not in page.content()
