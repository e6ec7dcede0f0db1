"""Vietnamese first, even in an English browser; English for who asks for it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, sign_in
from tests.browser.house import House


def test_vietnamese_comes_first(open_browser: Callable[..., Page]) -> None:
    page = open_browser(locale="en-US", extra_http_headers={"Accept-Language": "en-US,en;q=0.9"})
    page.goto("/sign-in/")
    assert page.evaluate("navigator.language") == "en-US"
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.get_by_role("heading", name="Đăng nhập", exact=True)).to_be_visible()


def test_signing_in_is_not_told_in_english(open_browser: Callable[..., Page], house: House) -> None:
    page = open_browser()
    sign_in(page, house, "tram")
    assert page.locator("main .note").count() == 0
    assert "Success" not in page.content()


def test_english_and_back(enter: Enter) -> None:
    page = enter("bacsi")
    page.goto("/people/?q=nguyen")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Find a person")).to_be_visible()
    assert page.url.endswith("/people/?q=nguyen")
    page.goto("/places/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.get_by_role("navigation", name="Trình đơn")).to_be_visible()
