"""Dashboards in a browser: the figures of tiles are the API's, pictures are drawn, everything by keyboard and with aids."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.test_explorer import IN_THE_TABLE, answered

WHOSE = {"station": "thongke", "province": "duyettinh", "ministry": "thongkebo"}


def ready(page: Page) -> None:
    expect(page.locator(".tile-body[aria-busy=true]")).to_have_count(0)
    expect(page.locator(".tile figure[data-show]:not([data-drawn]):has(.cannot[hidden])")).to_have_count(0)


@pytest.mark.parametrize("key", WHOSE)
def test_the_figures_of_the_tiles_are_those_of_the_api(key: str, enter: Enter) -> None:
    page = enter(WHOSE[key])
    page.goto("/dashboards/?")
    assert urlsplit(page.url).path == f"/dashboards/{key}/"
    page.goto(f"/dashboards/{key}/?period=LAST_5_YEARS")
    ready(page)
    seen = 0
    for table in page.locator("table.pivot").all():
        words = {name: text for name, (text,) in parse_qs((table.get_attribute("data-address") or "")[1:]).items()}
        kept = [one for zone in ("rows", "columns") for one in words.get(zone, "").split(";") if one]
        filters = [one for one in ("data", "period", "place") if one not in kept]
        asked = "&".join(f"{name}={words[name]}" for name in ("data", "period", "place"))
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


@pytest.mark.parametrize("key", WHOSE)
def test_usable_with_aids(key: str, enter: Enter) -> None:
    page = enter(WHOSE[key])
    page.goto(f"/dashboards/{key}/?period=LAST_5_YEARS")
    ready(page)
    assert grave_findings(page) == []
