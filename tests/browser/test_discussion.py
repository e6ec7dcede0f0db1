"""Comments and notes on dates in a browser: written by keyboard, drawn on the chart, taken back at the end."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.test_explorer import DELIV, PAGE

LINES = f"{PAGE}?data={DELIV}&period=202508;202509;202510&place=own&rows=place&columns=period&show="


def test_a_comment_and_a_note_on_a_chart(enter: Enter) -> None:
    page = enter("thongke")
    page.goto(f"{LINES}line")
    page.locator("#comment-text").fill("Tháng 9 cao: đợt khám lưu động")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#comments .comment-body")).to_have_text("Tháng 9 cao: đợt khám lưu động")
    page.locator("#date-notes details summary").press("Enter")
    page.locator("#note-from").fill("2025-09-01")
    page.locator("#note-to").fill("2025-10-05")
    page.locator("#note-text").fill("thay biểu mẫu")
    page.locator("#note-text").press("Enter")
    expect(page.locator(".date-notes li")).to_contain_text("01/09/2025 – 05/10/2025: thay biểu mẫu")
    expect(page.locator("#said")).to_contain_text("thay biểu mẫu")
    for kind in ("line", "column", "years"):
        page.goto(LINES + kind)
        expect(page.locator(f"#picture[data-drawn={kind}]")).to_be_visible()
        with page.expect_download() as given:
            page.locator("[data-file=svg]").click()
        assert "1. thay biểu mẫu" in Path(given.value.path()).read_text("utf-8"), kind
    assert grave_findings(page) == []
    page.get_by_role("button", name="Rút lại ghi chú").press("Enter")
    expect(page.locator(".date-notes")).to_have_count(0)
    page.locator("#comments details summary").press("Enter")
    page.get_by_role("button", name="Rút lại", exact=True).press("Enter")
    expect(page.locator("#comments ol")).to_contain_text("Đã rút lại.")
