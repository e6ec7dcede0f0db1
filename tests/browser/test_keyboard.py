"""Everything of a doctor's way without a mouse: sign in, find, open the person, open a visit."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from hoso.core.vietnamese.folding import fold
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import chronic_patient

MOST_TABS = 60
FOCUS_IS_SEEN = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none'; }"""


def test_signs_in_finds_and_opens_a_visit(open_browser: Callable[..., Page], house: House) -> None:
    page, known, patient = open_browser(), house.sign_ins["bacsi"], chronic_patient(house)
    page.goto("/sign-in/")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type(known.username)
    page.keyboard.press("Tab")
    page.keyboard.type(known.password)
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(fold(patient.name))
    expect(page.locator("#results a.hit").first).to_be_visible()
    _tab_to(page, f"#results a.hit[href='/people/{patient.person_id}/']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{patient.person_id}/")
    _tab_to(page, ".visit-link")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/**")
    _tab_to(page, "nav.anchors a[href='#costs']")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#costs'")


def test_the_first_tab_leads_past_the_menu(enter: Enter) -> None:
    page = enter("bacsi")
    page.goto("/places/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that fits has the focus, and see that the focus shows on the way."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {selector}")
