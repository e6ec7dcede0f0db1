"""The map of points: where each facility stands, by its coordinates or its commune's centre; its figures are the API's."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from lxml import html

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Facility, FacilityLink, Place
from hoso.engines.statistics.tests.reporting import FORM, communes, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
PAGE, DELIV = "/statistics/explore/", uid_of("element:DELIV")


def station(number: int, place: Place, **where: float) -> Facility:
    name = f"Trạm Y tế thử {number}"
    made = Facility.objects.create(code=f"8099{number}", name=name, folded_name=name.lower(), kind="station", **where)
    FacilityLink.objects.create(facility=made, place=place)
    return made


def may_report(designer: Actor, *facilities: Facility) -> None:
    """The month's form of communes, given to facilities."""
    with acting_transaction(designer.account_id, "statistics"), connection.cursor() as cursor:
        for one in facilities:
            cursor.execute(
                "INSERT INTO statistics_data_set_unit SELECT id, %s FROM statistics_data_set WHERE code = %s",
                [-one.pk, FORM],
            )


def uid(facility: Facility) -> str:
    return unit_uid(Place(pk=-facility.pk))


def test_facilities_stand_by_their_coordinates_or_in_their_commune(
    enter: Callable[..., Client], actor: Callable[..., Actor]
) -> None:
    one, other = communes("80", 2)
    exact, centred = station(1, one, latitude=11.3, longitude=106.1), station(2, other)
    may_report(actor("statistics_designer"), exact, centred)
    figures = {uid(exact): "12", uid(centred): "30"}
    rows = [{"dataElement": "DELIV", "period": "202601", "orgUnit": at, "value": told} for at, told in figures.items()]
    assert send(actor("statistics_officer"), rows).imported == 2
    client = enter(None)
    asked = f"data={DELIV}&period=202601&place={';'.join(figures)}"
    page: Any = html.fromstring(client.get(f"{PAGE}?{asked}&rows=place&columns=period&show=points").content.decode())
    picture = page.xpath("//figure[@id='picture']")[0]
    assert json.loads(picture.get("data-spots")) == {
        uid(exact): [106.1, 11.3, False], uid(centred): [other.longitude, other.latitude, True],
    }  # fmt: skip
    words = " ".join(picture.xpath("string(.//p[contains(@class, 'point-words')])").split())
    assert "◌ 1 cơ sở chưa có toạ độ" in words and "tâm xã" in words and "không có chỗ" not in words
    assert sum(int(one.text) for one in picture.xpath(".//span[@class='count']")) == 2
    told = client.get(f"/api/v1/statistics/figures?{asked}&filter=data").json()["figures"]
    there = {
        row.get("data-key"): row.xpath(".//button/@value")[0] for row in page.xpath("//table[@id='pivot']/tbody/tr")
    }
    assert there == figures == {one["place"]: one["value"] for one in told}


def test_a_map_of_points_takes_places_as_rows(enter: Callable[..., Client], places: list[Place]) -> None:
    client = enter(places[0].parent)
    asked = f"data={DELIV}&period=202601;202602&place=own/children&show=points"
    page: Any = html.fromstring(client.get(f"{PAGE}?{asked}&rows=place&columns=period").content.decode())
    (picture,) = page.xpath("//figure[@id='picture']")
    assert picture.get("data-outline") == unit_uid(places[0].parent)  # type: ignore[arg-type]
    spots = json.loads(picture.get("data-spots"))
    assert spots == {unit_uid(one): [one.longitude, one.latitude, False] for one in places}
    page = html.fromstring(client.get(f"{PAGE}?{asked}&rows=period&columns=place").content.decode())
    assert page.xpath("//figure[@id='picture']/@data-spots") == [] and "cần Nơi ở hàng" in page.text_content()
