"""Signing in by the simulated VNeID, as a person does: the button, the consent at the provider, back and signed in."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.house import House
from tests.browser.watching import Watch

Open = Callable[..., Page]


def _to_vneid(page: Page, watch: Watch) -> None:
    page.goto("/sign-in/")
    with page.expect_request(lambda request: urlsplit(request.url).path == "/authorize") as asked:
        page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    watch.expect_host(urlsplit(asked.value.url).netloc)
    expect(page.get_by_role("heading", name="VNeID (mô phỏng)")).to_be_visible()


def test_a_doctor_comes_in_by_vneid(open_browser: Open, house: House, watch: Watch) -> None:
    page = open_browser()
    page.goto("/sign-in/")
    assert grave_findings(page) == []
    expect(page.get_by_text("không phải dịch vụ thật")).to_be_visible()  # what is not official says so
    _to_vneid(page, watch)
    page.get_by_label("Nguyễn Minh Anh (mô phỏng)").check()
    page.get_by_role("button", name="Đồng ý chia sẻ").click()
    expect(page.locator("details.me")).to_be_visible()
    assert page.url == f"{house.url}/"
    page.goto("/people/")
    expect(page.locator("#q")).to_be_visible()
    doctor = house.one("SELECT id FROM accounts_account WHERE username = 'bacsi'")
    last = house.rows(
        "SELECT actor_id, outcome, reason FROM audit_event WHERE action = 'sign-in' AND reason = 'by vneid' ORDER BY id"
    )
    assert last[-1] == (doctor, "done", "by vneid")


def test_an_administrator_needs_no_second_code_after_level_two(open_browser: Open, watch: Watch) -> None:
    page = open_browser()
    _to_vneid(page, watch)
    page.get_by_label("Võ Văn Hùng (mô phỏng)").check()
    page.get_by_role("button", name="Đồng ý chia sẻ").click()
    expect(page.locator("details.me")).to_be_visible()
    page.goto("/accounts/?q=bacsi")
    page.locator("a.hit").first.click()
    expect(page.get_by_role("heading", name="Đăng nhập bằng danh tính bên ngoài")).to_be_visible()
    assert grave_findings(page) == []


def test_who_has_no_account_is_told_what_to_do(open_browser: Open, house: House, watch: Watch) -> None:
    page = open_browser()
    _to_vneid(page, watch)
    watch.expect_refusal("/sign-in/with/vneid/back/")
    page.get_by_label("Lý Thị Không Có (mô phỏng)").check()
    page.get_by_role("button", name="Đồng ý chia sẻ").click()
    expect(page.locator(".error-card .code")).to_have_text("HS2234")
    expect(page.get_by_text(re.compile("không tự đăng ký"))).to_be_visible()
    page.goto("/people/")
    assert urlsplit(page.url).path == "/sign-in/"


def test_who_declines_comes_back_to_try_again(open_browser: Open, watch: Watch) -> None:
    page = open_browser(viewport={"width": 375, "height": 812})
    _to_vneid(page, watch)
    watch.expect_refusal("/sign-in/with/vneid/back/")
    page.get_by_role("button", name="Từ chối").click()
    expect(page.locator(".error-card .code")).to_have_text("HS2233")
