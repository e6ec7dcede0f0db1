"""A report is built by keyboard: text and a question of the Explorer, put in order; page and PDF tell the figures of the API."""

import re

import pypdfium2
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.test_dashboards import ready
from tests.browser.test_explorer import DELIV, PAGE, answered

NARROW = ViewportSize(width=375, height=812)
TITLE = "Báo cáo thử bàn phím"
ASKED = f"data={DELIV}&period=LAST_5_YEARS&place=own/children"
# Every row of the first table: its label, its name, its only figure.
ROWS = """() => [...document.querySelector('table.pivot').tBodies[0].rows]
  .map((row) => [row.dataset.key, row.querySelector('th').textContent, row.querySelector('button').value])"""


def test_a_report_is_built_read_and_printed(enter: Enter) -> None:
    page = enter("duyettinh")
    _build(page)
    assert grave_findings(page) == []
    page.get_by_role("link", name="Xem báo cáo").press("Enter")
    page.wait_for_url("**/built-reports/own-*/")
    ready(page)
    expect(page.locator(".menu [aria-current]")).to_have_text("Bảng theo dõi")
    expect(page.locator(".report-text p")).to_have_text(["Nhận xét của tỉnh.", "<i>Không phải thẻ</i>"])
    told = {one["place"]: one["value"] for one in answered(page, f"{ASKED}&filter=data;period")["figures"]}
    rows = page.evaluate(ROWS)
    assert {place: value for place, _, value in rows} == told
    assert len(told) > 50
    paper = _printed(page)
    for place, name, _ in rows:
        figure = f"{int(told[place]):,}".replace(",", ".")
        assert re.search(rf"{re.escape(name)}\s+{re.escape(figure)}(?!\S)", paper), (name, figure)
    (total,) = answered(page, f"{ASKED}&filter=data;period;place")["figures"]
    assert re.search(rf"Tổng\s+{int(total['value']):,}".replace(",", r"\."), paper)
    assert "<i>Không phải thẻ</i>" in paper
    assert grave_findings(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("link", name="Sửa báo cáo này").press("Enter")
    page.get_by_role("button", name="Cất báo cáo này").press("Enter")  # the house as it was found
    page.wait_for_url("**/built-reports/")
    expect(page.get_by_role("link", name=TITLE)).to_have_count(0)


def _build(page: Page) -> None:
    """On the page of changes at the end, the question before the text."""
    page.goto("/dashboards/?")
    page.get_by_role("link", name="Báo cáo tự soạn…").press("Enter")
    page.locator("#report-title").focus()
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    page.locator("#new-text").focus()
    page.keyboard.type("Nhận xét của tỉnh.\n\n<i>Không phải thẻ</i>")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".board-tiles li")).to_have_count(1)
    page.goto(f"{PAGE}?{ASKED}&rows=place&columns=&show=bar")
    page.locator("details.add-tile summary").press("Enter")
    page.locator("#tile-board").select_option(label=f"{TITLE} (báo cáo)")
    page.get_by_label("Tên ô").fill("Số đẻ theo nơi")
    page.get_by_label("Tên ô").press("Enter")
    page.get_by_role("button", name="Lên trước: Số đẻ theo nơi").press("Enter")
    expect(page.locator(".board-tiles li").first).to_have_attribute("aria-label", "Số đẻ theo nơi")
    page.locator("#board-usual").select_option("LAST_5_YEARS")
    page.get_by_role("button", name="Lưu kỳ").press("Enter")
    expect(page.locator("#board-usual")).to_have_value("LAST_5_YEARS")


def _printed(page: Page) -> str:
    with page.expect_download() as got:
        page.get_by_role("link", name="PDF", exact=True).press("Enter")
    pdf = pypdfium2.PdfDocument(got.value.path())
    return "\n".join(one.get_textpage().get_text_range() for one in pdf)
