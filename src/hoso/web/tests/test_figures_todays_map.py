"""Figures on today's map through the API and the Explorer: a merged province and a split commune, worked out by hand."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.analytics.tests.test_todays_map import World
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
FIGURES, PAGE = "/api/v1/statistics/figures", "/statistics/explore/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DELIV, TEEN, STOCK = uid_of("element:DELIV"), uid_of("element:DELIV_TEEN"), uid_of("element:NCD_CHS")
SHARE, FORM = uid_of("indicator:MAT02"), uid_of("form:tt23-4-bct")
DAY = "today=2026-11-20"


class Reported(World):
    """Whoever writes is an officer of the country."""

    officer: Actor

    def put(self, element: str, place: Place, month: int, number: int) -> None:
        with acting_transaction(self.officer.account_id, "statistics"):
            super().put(element, place, month, number)


@pytest.fixture
def world(tmp_path: Path, actor: Callable[..., Actor]) -> World:
    """Before 1 July 2026: 10 in a commune of 80, 5 in one of 82, 100 in one that was then split 7 to 3; 50 and 30 after it."""
    made = Reported(tmp_path, read_catalogue)
    made.officer = actor("statistics_officer")
    for place, month, number in ((made.a, 1, 10), (made.b, 2, 5), (made.c, 6, 100), (made.c1, 7, 50), (made.c2, 7, 30)):
        made.put("DELIV", place, month, number)
    return made


@pytest.fixture
def browser(client: Client, account_with_role: Callable[..., Account]) -> Client:
    client.force_login(account_with_role("statistics_officer"), backend=BACKEND)
    return client


def ask(browser: Client, query: str) -> list[dict[str, Any]]:
    answer = browser.get(f"{FIGURES}?{query}&{DAY}")
    assert answer.status_code == 200, answer.content
    figures: list[dict[str, Any]] = answer.json()["figures"]
    return figures


def tree(content: bytes) -> Any:
    return html.fromstring(content.decode())


def uids(*places: Place | None) -> list[str]:
    return [unit_uid(place) for place in places if place is not None]


def test_a_merged_province_and_a_split_commune(browser: Client, world: World) -> None:
    merged, one, other, north = uids(world.merged, world.c1, world.c2, world.north)
    query = f"data={DELIV}&period=2026&place={merged};{one};{other};{north}&filter=data;period"
    told = {
        places: {row["place"]: (row["value"], row.get("estimated", False)) for row in ask(browser, query + places)}
        for places in ("", "&places=reported", "&places=today")
    }
    assert told[""] == told["&places=reported"]
    assert told[""] == {merged: ("15", False), one: ("50", False), other: ("30", False), north: ("180", False)}
    # 50 + 0,7 × 100 and 30 + 0,3 × 100; of both together all of it
    assert told["&places=today"] == {
        merged: ("15", False), one: ("120", True), other: ("60", True), north: ("180", False),
    }  # fmt: skip


def test_a_figure_opens_to_the_units_of_before_and_their_shares(browser: Client, world: World) -> None:
    query = f"data={DELIV}&period=2026&place={unit_uid(world.c2)}&places=today&explain=true"
    (row,) = ask(browser, query)
    told = row["explanation"]
    assert (row["value"], row["estimated"], told["estimated"], told["fact_count"]) == ("60", True, True, 2)
    facts = {fact["place"]: fact for fact in told["facts"]}
    before = facts[unit_uid(world.c)]
    assert (before["value"], before["share"], before["share_from"], before["place_until"]) == (
        "100", "0.3", "Phương án (mẫu)", "2026-06-30",
    )  # fmt: skip
    assert "share" not in facts[unit_uid(world.c2)] and "place_until" not in facts[unit_uid(world.c2)]
    assert sum(Decimal(fact["value"]) * Decimal(fact.get("share", "1")) for fact in told["facts"]) == 60
    # Of both parts together the unit of before counts whole.
    both = f"data={DELIV}&period=2026&place={unit_uid(world.c1)};{unit_uid(world.c2)}&filter=place&places=today"
    (row,) = ask(browser, f"{both}&explain=true")
    assert (row["value"], "estimated" in row) == ("180", False)
    assert not any("share" in fact for fact in row["explanation"]["facts"])


def test_equal_parts_say_so(browser: Client, world: World) -> None:
    world.put("DELIV", world.e, 3, 11)
    (row,) = ask(browser, f"data={DELIV}&period=2026&place={unit_uid(world.e1)}&places=today&explain=true")
    (fact,) = row["explanation"]["facts"]
    assert (row["value"], fact["share"], fact["share_from"]) == ("5.5", "0.5", "=")


def test_a_stock_tells_the_units_that_stand_for_those_that_have_none(browser: Client, world: World) -> None:
    for place, month, number in ((world.c, 6, 20), (world.c1, 12, 15)):
        world.put("NCD_CHS", place, month, number)
    query = f"data={STOCK}&period=2026&place={unit_uid(world.c1)};{unit_uid(world.c2)}&places=today&explain=true"
    one, other = ask(browser, query)
    assert [(row["value"], row.get("estimated")) for row in (one, other)] == [("15", None), ("6", True)]
    assert [(fact["place"], fact.get("share")) for fact in one["explanation"]["facts"]] == [(unit_uid(world.c1), None)]
    assert [(fact["place"], fact.get("share")) for fact in other["explanation"]["facts"]] == [
        (unit_uid(world.c), "0.3")
    ]


def test_indicators_and_rates_say_that_they_are_estimates(browser: Client, world: World) -> None:
    world.put("DELIV_TEEN", world.c, 6, 10)
    place = unit_uid(world.c2)
    query = f"data={SHARE};{FORM}.EXPECTED_REPORTS&period=202606&place={place}&places=today&explain=true"
    share, reports = ask(browser, query)
    assert (share["value"], share["numerator"], share["denominator"], share["estimated"]) == ("10", "3", "30", True)
    assert [(part["value"], part["estimated"]) for part in share["explanation"]["parts"]] == [("3", True), ("30", True)]
    assert (reports["value"], reports["estimated"]) == ("0.3", True)
    assert reports["explanation"]["parts"][0]["value"] == "0.3"


def test_what_it_grew_by_is_told_on_the_same_map(browser: Client, world: World) -> None:
    query = f"data={DELIV}&period=202607&place={unit_uid(world.c1)}&places=today&measure=change"
    (row,) = ask(browser, query)
    assert (row["value"], row["before"]) == ("50", "70")


def test_the_page_marks_estimates_and_keeps_the_map_in_its_address(browser: Client, world: World) -> None:
    one, other = unit_uid(world.c1), unit_uid(world.c2)
    query = f"data={DELIV}&period=202606;202607&place={one};{other}&rows=place&columns=period&{DAY}"
    page = tree(browser.get(f"{PAGE}?{query}&places=today").content)
    row = page.xpath("//table[@id='pivot']/tbody/tr[1]")[0]
    assert row.xpath("td/button/@value") == ["70", "50", "120"]
    assert [cell.text_content() for cell in row.xpath("td/button")] == ["≈ 70 (ước tính)", "50", "≈ 120 (ước tính)"]
    assert page.xpath("//tfoot//button/@value") == ["100", "80", "180"]
    assert not page.xpath("//tfoot//button/span")  # of both parts together the unit counts whole
    said = page.xpath("string(//p[@id='said'])")
    assert said.startswith("Trên bản đồ hiện nay: ") and "2 số là ước tính" in said
    assert page.xpath("string(//select[@name='places']/option[@selected])") == "Trên bản đồ hiện nay"
    for link in ("//a[@id='permalink']/@href", "//a[text()='CSV']/@href", "//div[@id='chip-period']/a[1]/@href"):
        assert "places=today" in page.xpath(link)[0]
    (head, first, *_, foot) = csv.reader(
        io.StringIO(browser.get(f"{PAGE}file.csv?{query}&places=today").content.decode("utf-8-sig"))
    )
    assert head[-1] == "Ước tính (trên bản đồ hiện nay)"
    assert first[1:] == ["70", "50", "120", "Tháng 6/2026; Tổng"] and foot[-1] == ""
    told = browser.get(f"{PAGE}figure/?data={DELIV}&period=202606&place={other}&rows=place&columns=period&places=today")
    text = " ".join(tree(told.content).text_content().split())
    assert "≈ 30 " in text and "(đến 30/06/2026)" in text and "≈ 30 % (Phương án (mẫu))" in text
    as_reported = browser.get(f"{PAGE}?{query}").content.decode()
    assert "ước tính" not in as_reported and "Trên bản đồ hiện nay:" not in as_reported


def test_another_word_is_refused(browser: Client, world: World) -> None:
    answer = browser.get(f"{FIGURES}?data={DELIV}&period=2026&place=own&places=tomorrow")
    assert (answer.status_code, answer.json()["code"]) == (400, "HS7001")
