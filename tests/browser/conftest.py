"""One house and one Chromium for all tests here; what the browser asks for and complains about is checked after each.

The browser claims to be English throughout: Vietnamese must come first all the same.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hoso.cli.demo_accounts import SignIn
from tests import database as test_database
from tests.browser.house import House
from tests.browser.watching import Watch

WIDE = {"width": 1366, "height": 768}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
PATIENCE_MS = 20_000
# An administrator's session ends after five minutes without work: definitions/access/sign_in.yaml.
REST_SECONDS = 4 * 60

Enter = Callable[..., Page]


def chromium_path() -> str:
    """Its path. Without one the tests are skipped, on the build machine they fail."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        missing = "no Chromium: name one in CHROMIUM or install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Not for a whole session: Playwright runs an event loop in this thread, and other tests want none."""
    path = chromium_path()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def house(
    chromium: Browser, database_server: test_database.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    copy = database_server.copy("_browser")
    served = House(copy, tmp_path_factory.mktemp("house"))
    yield served
    served.stop()
    database_server.drop(copy.name)


@pytest.fixture(scope="package")
def whole_watch(house: House) -> Watch:
    return Watch(house.url)


@pytest.fixture(autouse=True)
def watch(whole_watch: Watch) -> Iterator[Watch]:
    """Fails the test whose browser asked another host, broke the content policy or wrote an error to its console."""
    yield whole_watch
    assert whole_watch.problems() == []


@pytest.fixture
def open_browser(chromium: Browser, house: House, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A page of a browser window with cookies of its own; how wide it is and so on as in Playwright's new_context."""
    contexts: list[BrowserContext] = []

    def make(**how: Any) -> Page:
        context = chromium.new_context(**{"base_url": house.url, "locale": "en-US", "viewport": WIDE, **how})
        context.set_default_timeout(PATIENCE_MS)
        watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, tuple[Any, float]]:
    """The cookies of who has signed in, and when they were last used."""
    return {}


@pytest.fixture
def enter(open_browser: Callable[..., Page], house: House, sessions: dict[str, tuple[Any, float]]) -> Enter:
    """A window in which somebody has signed in, on the first page; again only after a pause that may end a session."""

    def make(username: str, **how: Any) -> Page:
        cookies, last_used = sessions.get(username, (None, float("-inf")))
        if time.monotonic() - last_used >= REST_SECONDS:
            page = open_browser()
            sign_in(page, house, username)
            cookies = page.context.storage_state()
        sessions[username] = (cookies, time.monotonic())
        page = open_browser(storage_state=cookies, **how)
        page.goto("/")
        return page

    return make


def sign_in(page: Page, house: House, username: str) -> None:
    """As a person does, with the code of the second factor where one is asked."""
    known = house.sign_ins[username]
    page.goto("/sign-in/")
    page.get_by_label("Tên đăng nhập").fill(known.username)
    page.get_by_label("Mật khẩu").fill(known.password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    if known.totp_secret:
        _give_code(page, known)
    expect(page.locator("details.me")).to_be_visible()


def _give_code(page: Page, known: SignIn) -> None:
    """The code of now; on a busy machine its thirty seconds may end on the way, or it was used before: then the next."""
    inside, refused = page.locator("details.me"), page.get_by_role("alert")
    for _ in range(3):
        given = known.code_now
        page.get_by_label("Mã xác thực").fill(given)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        expect(inside.or_(refused).first).to_be_visible()
        if inside.is_visible():
            return
        while known.code_now == given:
            page.wait_for_timeout(500)
