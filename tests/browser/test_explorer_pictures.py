"""Charts and the map of the Explorer: each kind is drawn from the table, the legend counts what the API answers."""

from bisect import bisect_left
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from hoso.engines.statistics.uids import uid_of
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.test_explorer import DELIV, MONTHS, PAGE, answered

DRAWN = "#picture[data-drawn='{kind}'] canvas"
ONE_UNIT = f"{PAGE}?data={DELIV}&period=202508;202509;202510&place=own&rows=place&columns=period"
TWO_COLUMNS = f"{PAGE}?data={DELIV}&period=202508;202509&place=own/children&rows=place&columns=period"
SHARES = f"{PAGE}?data={uid_of('indicator:MAT02')}&period=202508;202509&place=own/children&rows=place&columns="


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        *((kind, MONTHS) for kind in ("line", "column", "stacked", "area", "bar", "pie", "scatter", "box", "heat", "years")),
        ("calendar", MONTHS), ("funnel", SHARES), ("pyramid", TWO_COLUMNS), ("gauge", ONE_UNIT), ("map", MONTHS),
    ],
)  # fmt: skip
def test_each_kind_is_drawn(kind: str, address: str, enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{address}&show={kind}")
    expect(page.locator(DRAWN.format(kind=kind)).first).to_be_visible()
    expect(page.locator("#pivot tbody tr").first).to_be_visible()
    assert page.locator("#picture .drawing").get_attribute("aria-describedby") == "said"


@pytest.mark.parametrize("kind", ["pyramid", "gauge", "funnel"])
def test_what_cannot_be_drawn_is_said(kind: str, enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{MONTHS}&show={kind}")
    expect(page.locator("#picture .cannot")).to_be_visible()


def test_a_single_value(enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{PAGE}?data={DELIV}&period=202508;202509&place=own&rows=&columns=&show=single")
    told = answered(page, f"data={DELIV}&period=202508;202509&place=own&filter=data;period;place")
    assert page.locator(".one-figure").inner_text().replace(".", "") == told["figures"][0]["value"]


@pytest.mark.parametrize("classes", ["quantile", "equal", "natural"])
def test_the_legend_of_the_map_counts_what_the_api_answers(classes: str, enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{MONTHS}&show=map&classes={classes}")
    expect(page.locator(DRAWN.format(kind="map")).first).to_be_visible()
    bounds = [Decimal(one) for one in (page.locator("#picture").get_attribute("data-bounds") or "").split(";")]
    page.locator("#map-time").focus()
    for month in ("202510", "202509"):
        told = answered(page, f"data={DELIV}&period={month}&place=own/children&filter=data;period")
        held = [bisect_left(bounds, Decimal(one["value"])) for one in told["figures"]]
        counts = [int(text) for text in page.locator(".map-legend .count").all_inner_texts()]
        assert counts == [held.count(place) for place in range(len(bounds))]
        page.keyboard.press("ArrowLeft")
    assert "at=2025" in page.url  # where the slider stands is in the address


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_picture_is_a_file(kind: str, enter: Enter) -> None:
    page = enter("duyettinh")
    page.goto(f"{MONTHS}&show=line&top=5")
    expect(page.locator(DRAWN.format(kind="line")).first).to_be_visible()
    with page.expect_download() as given:
        page.locator(f"[data-file={kind}]").click()
    content = given.value.path().read_bytes()
    assert content.startswith(b"\x89PNG" if kind == "png" else b"<svg") and len(content) > 5_000


def test_pictures_are_usable_with_aids(enter: Enter) -> None:
    page = enter("duyettinh")
    for kind in ("line", "map"):
        page.goto(f"{MONTHS}&show={kind}")
        expect(page.locator(DRAWN.format(kind=kind)).first).to_be_visible()
        assert grave_findings(page) == [], kind
