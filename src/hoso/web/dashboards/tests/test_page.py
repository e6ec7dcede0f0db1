"""Dashboards as they are answered: the fitting one first, each tile the Explorer's answer, the choice over all tiles."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from hoso.core.accounts.models import Account
from hoso.core.places.models import Facility, Place
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.web.dashboards.boards import boards
from hoso.web.explorer.tests.conftest import BACKEND

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]
BOARDS = "/dashboards/"


def tree(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return html.fromstring(answer.content.decode())


def figures(answer: Any, table: str) -> list[str]:
    found: list[str] = tree(answer).xpath(f"//table[@id='{table}']//button/@value")
    return found


def test_each_is_led_to_the_one_that_fits(enter: Enter, places: list[Place]) -> None:
    for place, key in ((None, "ministry"), (places[0].parent, "province"), (places[0], "station")):
        assert enter(place).get(BOARDS).headers["Location"] == f"{BOARDS}{key}/"


def test_who_works_at_a_facility_is_led_to_the_hospital_s(
    client: Client, db: None, account_with_role: Callable[..., Account]
) -> None:
    facility = Facility.objects.create(
        code="80999", name="Bệnh viện thử", folded_name="benh vien thu", kind="district_hospital"
    )
    client.force_login(account_with_role("statistics_officer", facility=facility), backend=BACKEND)
    assert client.get(BOARDS).headers["Location"] == f"{BOARDS}hospital/"


@pytest.mark.parametrize("key", boards())
def test_every_tile_of_every_board_is_answered(key: str, enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    page = tree(client.get(f"{BOARDS}{key}/?period=LAST_5_YEARS"))
    addresses = page.xpath("//div[@hx-get]/@hx-get")
    assert len(addresses) == len(boards()[key].tiles)
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_a_tile_shows_what_the_explorer_shows(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    choice = "period=LAST_5_YEARS"
    page = tree(client.get(f"{BOARDS}province/?{choice}"))
    (address,) = page.xpath("//section[@aria-labelledby='deliveries-by-month-title']//a/@href")
    told = figures(client.get(f"{BOARDS}province/tiles/deliveries-by-month/?{choice}"), "deliveries-by-month-pivot")
    assert told == figures(client.get(address), "pivot")
    single = tree(client.get(f"{BOARDS}province/tiles/deliveries/?{choice}"))
    (origin,) = single.xpath("//p[@class='one-figure']/a/@href")
    assert places[0].full_name in client.get(origin).content.decode()


def test_one_choice_over_all_tiles(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    page = tree(client.get(f"{BOARDS}station/?place={unit_uid(places[1])}&period=THIS_YEAR"))
    assert page.xpath("//select[@id='board-place']/option[@selected]/text()") == [places[1].full_name]
    for address in page.xpath("//div[@hx-get]/@hx-get"):
        assert f"place={unit_uid(places[1])}" in address and "period=THIS_YEAR" in address


def test_a_single_period_is_offered_and_taken(enter: Enter, places: list[Place]) -> None:
    page = tree(enter(places[0]).get(f"{BOARDS}station/?period=202601"))
    assert page.xpath("//select[@id='board-period']/option[@selected]/@value") == ["202601"]
    assert places[0].full_name in page.xpath("string(//p[@class='on-paper'])")


def test_the_wall_goes_through_this_board_or_all(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    every = [(key, tile) for key, one in boards().items() for tile in one.tiles]
    first = [one for one in every if one[0] == "province"]
    for words, meant in (("every=10", first), ("all=1", [*first, *(one for one in every if one[0] != "province")])):
        page = tree(client.get(f"{BOARDS}province/wall/?period=202601&{words}"))
        asked = [address.split("/") for address in page.xpath("//div[@hx-get]/@hx-get")]
        assert [(one[2], one[4]) for one in asked] == meant
        assert all("period=202601" in one[5] for one in asked)


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        ("none/", "HS5454", 404), ("station/tiles/none/", "HS5454", 404), ("station/?colour=red", "HS9004", 400),
        ("station/?period=NEVER", "HS9004", 400), ("station/wall/?every=1", "HS9004", 400),
        ("station/tiles/deliveries/?place=nowhere", "HS7034", 409),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(address: str, code: str, status: int, enter: Enter, places: list[Place]) -> None:
    answer = enter(places[0]).get(BOARDS + address)
    assert (answer.status_code, code in answer.content.decode()) == (status, True)


def test_who_may_not_read_statistics_finds_the_door_shut(enter: Enter, places: list[Place]) -> None:
    assert enter(None, "intake_officer").get(f"{BOARDS}station/").status_code == 403
