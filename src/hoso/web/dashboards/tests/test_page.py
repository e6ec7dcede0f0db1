"""Dashboards as they are answered: the fitting one first, each tile the Explorer's answer, the choice over all tiles."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.web.dashboards.boards import boards

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
    told = figures(client.get(f"{BOARDS}province/deliveries-by-month/?{choice}"), "deliveries-by-month-pivot")
    assert told == figures(client.get(address), "pivot")
    single = tree(client.get(f"{BOARDS}province/deliveries/?{choice}"))
    (origin,) = single.xpath("//p[@class='one-figure']/a/@href")
    assert places[0].full_name in client.get(origin).content.decode()


def test_one_choice_over_all_tiles(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    page = tree(client.get(f"{BOARDS}station/?place={unit_uid(places[1])}&period=THIS_YEAR"))
    assert page.xpath("//select[@id='board-place']/option[@selected]/text()") == [places[1].full_name]
    for address in page.xpath("//div[@hx-get]/@hx-get"):
        assert f"place={unit_uid(places[1])}" in address and "period=THIS_YEAR" in address


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        ("none/", "HS5454", 404), ("station/none/", "HS5454", 404), ("station/?colour=red", "HS9004", 400),
        ("station/?period=NEVER", "HS9004", 400), ("station/deliveries/?place=nowhere", "HS7034", 409),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(address: str, code: str, status: int, enter: Enter, places: list[Place]) -> None:
    answer = enter(places[0]).get(BOARDS + address)
    assert (answer.status_code, code in answer.content.decode()) == (status, True)


def test_who_may_not_read_statistics_finds_the_door_shut(enter: Enter, places: list[Place]) -> None:
    assert enter(None, "intake_officer").get(f"{BOARDS}station/").status_code == 403
