"""Dashboards in a browser: the figures of tiles are the API's, pictures are drawn, everything by keyboard and with aids."""

from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from hoso.web.dashboards.boards import boards
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.test_explorer import IN_THE_TABLE, answered

WHOSE = {
    "station": "thongke", "province": "duyettinh", "ministry": "thongkebo", "hospital": "thongkebv",
    "disease-control": "duyettinh", "insurance": "duyettinh",
}  # fmt: skip
LED = ("station", "province", "ministry", "hospital")


def ready(page: Page) -> None:
    expect(page.locator(".tile-body[aria-busy=true]")).to_have_count(0)
    expect(page.locator(".tile figure[data-show]:not([data-drawn]):has(.cannot[hidden])")).to_have_count(0)


@pytest.mark.parametrize("key", WHOSE)
def test_the_figures_of_the_tiles_are_those_of_the_api(key: str, enter: Enter) -> None:
    page = enter(WHOSE[key])
    if key in LED:
        page.goto("/dashboards/?")
        assert urlsplit(page.url).path == f"/dashboards/{key}/"
    page.goto(f"/dashboards/{key}/?period=LAST_5_YEARS")
    ready(page)
    seen = 0
    for table in page.locator("table.pivot").all():
        words = {name: text for name, (text,) in parse_qs((table.get_attribute("data-address") or "")[1:]).items()}
        kept = [one for zone in ("rows", "columns") for one in words.get(zone, "").split(";") if one]
        filters = [one for one in ("data", "period", "place") if one not in kept]
        asked = "&".join(f"{name}={words[name]}" for name in ("data", "period", "place", "key") if name in words)
        told = answered(page, f"{asked}&filter={';'.join(filters)}" if filters else asked)
        there = {
            (one[words["rows"]], one.get(words["columns"], "") if "columns" in words else ""): one["value"]
            for one in told["figures"]
        }
        identifier = table.get_attribute("id") or ""
        for row, column, value in page.evaluate(IN_THE_TABLE.replace("'pivot'", f"'{identifier}'")):
            assert there[row, column] == value, identifier
            seen += 1
    for figure in page.locator(".one-figure a").all():
        words = {
            name: text for name, (text,) in parse_qs((figure.get_attribute("href") or "").partition("?")[2]).items()
        }
        asked = "&".join(f"{name}={words[name]}" for name in ("data", "period", "place"))
        (told,) = answered(page, f"{asked}&filter=data;period;place")["figures"]
        shown = figure.inner_text().replace(".", "").replace(",", ".")
        assert abs(float(shown) - float(told["value"])) <= 0.005
        seen += 1
    assert seen >= 5
    assert grave_findings(page) == []


def test_pictures_are_drawn_and_a_figure_opens_by_keyboard(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto("/dashboards/province/?period=LAST_5_YEARS")
    ready(page)
    for kind in ("map", "line", "area"):
        expect(page.locator(f".tile figure[data-drawn={kind}] canvas").first).to_be_visible()
    figure = page.locator("#fewest-reports-pivot tbody button").first
    figure.focus()
    page.keyboard.press("ArrowDown")
    value = page.locator("#fewest-reports-pivot tbody tr").nth(1).locator("button")
    expect(value).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog#figure h2")).to_have_text(value.inner_text())
    page.keyboard.press("Escape")
    expect(value).to_be_focused()


def test_a_choice_is_over_all_tiles_and_in_the_address(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto("/dashboards/province/?period=LAST_5_YEARS")
    page.locator("#board-period").select_option("LAST_YEAR")
    page.wait_for_url("**period=LAST_YEAR*")
    ready(page)
    assert "period=LAST_YEAR" in (page.locator("#fewest-reports-pivot").get_attribute("data-address") or "")


def test_on_a_wall_it_turns_holds_and_never_scrolls(enter: Enter) -> None:
    page = enter("duyettinh")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.clock.install()
    page.goto("/dashboards/province/wall/?period=LAST_5_YEARS&every=10")
    count = len(boards()["province"].tiles)
    at, shown = page.locator("#wall-at"), page.locator(".wall .tile:not([hidden])")
    expect(at).to_have_text(f"1 / {count}")
    expect(shown.locator(".one-figure")).to_be_visible()
    page.clock.run_for(11_000)
    expect(at).to_have_text(f"2 / {count}")
    page.keyboard.press("Space")
    expect(page.locator("[data-wall=pause]")).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(60_000)
    expect(at).to_have_text(f"2 / {count}")
    for key, there in (("ArrowLeft", 1), *(("ArrowLeft", count - back) for back in range(5))):
        page.keyboard.press(key)
        expect(at).to_have_text(f"{there} / {count}")
        if shown.locator("figure[data-show]").count():
            expect(shown.locator("figure[data-drawn] canvas").first).to_be_visible()
        assert page.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('.wall .tile:not([hidden]) .pivot-scroll')]"
            ".every((box) => !box.checkVisibility() || box.scrollHeight <= box.clientHeight + 1)"
        )
        assert page.evaluate("() => document.querySelector('.wall-bar').getBoundingClientRect().bottom <= innerHeight")
    assert grave_findings(page) == []
    page.keyboard.press("Escape")
    page.wait_for_url("**/dashboards/province/?*period=LAST_5_YEARS*")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/dashboards/province/wall/?period=LAST_5_YEARS&every=10")
    expect(page.locator("[data-wall=pause]")).to_have_attribute("aria-pressed", "true")


def test_on_paper_it_is_a4_across_with_every_tile(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto("/dashboards/province/?period=LAST_5_YEARS")
    ready(page)
    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    assert len(paper) <= 5
    assert {tuple(map(round, one.get_size())) for one in paper} == {(842, 595)}
    said = " ".join(" ".join(one.get_textpage().get_text_range() for one in paper).split())
    for tile in boards()["province"].tiles.values():
        assert tile.title[0] in said
    assert "5 năm vừa qua" in said and "Màn hình treo tường" not in said


def test_a_board_is_made_and_changed_by_keyboard(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto("/statistics/explore/?period=202508;202509&place=own&rows=period&columns=")
    page.locator("details.add-tile summary").press("Enter")
    page.get_by_label("Tên ô").fill("Đẻ hai tháng")
    page.get_by_label("Tên ô").press("Enter")
    page.wait_for_url("**/edit/#tile-*")
    page.get_by_label("Tên bảng").fill("Bảng thử bàn phím")
    page.get_by_label("Tên bảng").press("Enter")
    expect(page.locator("h1")).to_have_text("Sửa bảng: Bảng thử bàn phím")
    page.goto("/statistics/explore/?period=202508;202509&place=own&rows=period&columns=&show=line")
    page.locator("details.add-tile summary").press("Enter")
    page.locator("#tile-board").select_option(label="Bảng thử bàn phím")
    page.get_by_label("Tên ô").fill("Đường")
    page.get_by_label("Tên ô").press("Enter")
    page.get_by_role("button", name="Lên trước: Đường").press("Enter")
    expect(page.locator(".board-tiles li").first).to_have_attribute("aria-label", "Đường")
    assert grave_findings(page) == []
    page.get_by_role("link", name="Xem bảng").press("Enter")
    ready(page)
    assert page.locator(".tile h2").all_inner_texts() == ["Đường", "Đẻ hai tháng"]
    expect(page.locator(".tile figure[data-drawn=line] canvas").first).to_be_visible()
    page.get_by_role("link", name="Sửa bảng này").press("Enter")
    page.get_by_role("button", name="Cất bảng này").press("Enter")
    page.wait_for_url("**/dashboards/province/")
