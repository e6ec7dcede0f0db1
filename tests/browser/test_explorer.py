"""The Explorer in a browser: numbers equal the API's, everything by keyboard, figures that tell where they come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from hoso.engines.statistics.uids import uid_of
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter

PAGE = "/statistics/explore/"
DELIV = uid_of("element:DELIV")
MONTHS = f"{PAGE}?data={DELIV}&period=202508;202509;202510&place=own/children&rows=place&columns=period"
# Every figure in the table by the labels of its row and column.
IN_THE_TABLE = """() => {
  const table = document.getElementById('pivot');
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  return [...table.tBodies[0].rows].flatMap((row) => [...row.cells].flatMap((cell, place) => {
    const figure = cell.querySelector('button');
    return figure && heads[place].dataset.key !== undefined
      ? [[row.dataset.key, heads[place].dataset.key, figure.value]] : [];
  }));
}"""


def answered(page: Page, query: str) -> Any:
    answer = page.request.get(f"/api/v1/statistics/figures?{query}")
    assert answer.status == 200, answer.text()
    return answer.json()


def state(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_numbers_of_the_table_are_those_of_the_api(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(MONTHS)
    told = answered(page, f"data={DELIV}&period=202508;202509;202510&place=own/children&filter=data")
    there = {(place, month): value for place, month, value in page.evaluate(IN_THE_TABLE)}
    assert there == {(one["place"], one["period"]): one["value"] for one in told["figures"]}
    assert len(there) > 200
    total = answered(page, f"data={DELIV}&period=202508;202509;202510&place=own/children&filter=data;place;period")
    assert page.locator("#pivot tfoot td").last.locator("button").get_attribute("value") == total["figures"][0]["value"]


def test_everything_by_keyboard(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(MONTHS)
    page.locator("#chip-period").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator('.zone[data-zone="rows"] #chip-period')).to_be_focused()
    assert state(page)["rows"] == ["place;period"]
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pivot thead th").first).to_have_text("Kỳ")
    page.keyboard.press("ArrowDown")
    expect(page.locator('.zone[data-zone="columns"] #chip-period')).to_be_focused()
    page.locator("#find-data").focus()
    page.keyboard.type("de o vi thanh nien")
    expect(page.locator("#found-data .hit-name").first).to_have_text("Đẻ ở vị thành niên")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-title")).to_contain_text("Đẻ ở vị thành niên")
    page.locator("#pivot tbody button[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    figure = page.locator("#pivot button:focus")
    value = figure.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("dialog#figure h2")).to_have_text(value)
    page.keyboard.press("Escape")
    expect(page.locator("dialog#figure")).to_be_hidden()
    expect(figure).to_be_focused()


def test_a_dimension_is_dragged(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(MONTHS)
    page.locator("#chip-period").drag_to(page.locator('.zone[data-zone="filters"]'))
    expect(page.locator('.zone[data-zone="filters"] #chip-period')).to_be_visible()
    assert state(page)["rows"] == ["place"] and "columns" not in state(page)


def test_a_total_opens_to_the_values_of_all_its_units(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(MONTHS)
    total = page.locator("#pivot tfoot td").first.locator("button")
    value = total.inner_text()
    total.click()
    expect(page.locator("dialog#figure h2")).to_have_text(value)
    told = sum(int(one) for one in page.locator("dialog#figure td data").evaluate_all("all => all.map((one) => one.value)"))  # fmt: skip
    assert f"{told:,}".replace(",", ".") == value


def test_a_link_is_the_page_again(enter: Enter) -> None:
    page = enter("duyetbc")
    page.goto(MONTHS)
    page.locator("#how-scale").check()
    expect(page.locator("#how-classes")).to_be_visible()
    address, seen = page.url, page.locator("#pivot").inner_text()
    again = enter("duyetbc")
    again.goto(address)
    assert again.locator("#pivot").inner_text() == seen


def test_a_map_of_points_is_drawn_and_its_legend_counts_the_table(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{MONTHS}&show=points")
    expect(page.locator("#picture[data-drawn=points] canvas")).to_be_visible()
    page.locator("#map-time").press("Home")
    expect(page.locator("#map-at")).to_have_text("Tháng 8/2025")
    counted = sum(int(one) for one in page.locator(".map-legend .count").all_inner_texts())
    assert counted == len([one for one in page.evaluate(IN_THE_TABLE) if one[1] == "202508"]) > 50
    with page.expect_download() as given:
        page.locator("[data-file=svg]").click()
    drawn = Path(given.value.path()).read_text("utf-8")
    assert drawn.count("<path") > counted
    assert grave_findings(page) == []


def test_a_long_table_draws_the_rows_in_sight(enter: Enter) -> None:
    page = enter("duyetbc")
    page.goto(f"{PAGE}?data={DELIV}&period=202508;202509&place=level:3&rows=place&columns=period&empty=1")
    frame = page.locator(".pivot-scroll[data-cut]")
    expect(frame).to_be_visible()
    every = int(frame.get_attribute("data-cut") or 0)
    expect(page.locator("#pivot tbody tr[aria-hidden]")).to_have_count(2)
    assert page.locator("#pivot tbody tr").count() < 400
    frame.evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(page.locator(f"#pivot tr[aria-rowindex='{every + 1}']")).to_be_visible()
    assert every > 3000


def test_usable_with_aids(enter: Enter) -> None:
    page = enter("duyettinh")
    for more in ("", "&scale=1&change=1", "&scale=1&classes=natural&steps=7"):
        page.goto(MONTHS + more)
        assert grave_findings(page) == [], more
    page.locator("#pivot tbody button").first.click()
    expect(page.locator("dialog#figure h2")).to_be_visible()
    assert grave_findings(page) == []


def test_a_commune_is_shown_its_own(enter: Enter, open_browser: Callable[..., Page]) -> None:
    page = enter("thongke")
    page.goto(f"{PAGE}?data={DELIV}&period=202508;202509&place=level:3&rows=place&columns=period")
    expect(page.locator("#pivot tbody tr")).to_have_count(1)
