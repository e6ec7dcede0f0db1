"""analytics/dataValueSet: the figures of analytics as data values, which another DHIS2 takes in."""

import pytest
from django.test import Client

from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.web.dhis2.tests.test_analytics import DELIV, FORM, SHARE, places, software

__all__ = ["places", "software"]  # fixtures
pytestmark = pytest.mark.django_db
VALUES = "/dhis2/api/analytics/dataValueSet"
KEYS = ("dataElement", "period", "orgUnit", "value")


def test_they_are_the_figures_of_the_grid(software: Client, places: list[Place]) -> None:
    one, other = map(unit_uid, places)
    query = f"dimension=dx:{DELIV};{SHARE}&dimension=pe:202601;2026Q1&dimension=ou:{one};{other}"
    rows = software.get(f"/dhis2/api/analytics?{query}").json()["rows"]
    for address in (VALUES, f"{VALUES}.json", "/dhis2/api/42/analytics/dataValueSet.json"):
        told = software.get(f"{address}?{query}").json()["dataValues"]
        assert [[value[key] for key in KEYS] for value in told] == rows and len(rows) == 7
    assert all(value["storedBy"] == value["comment"] == "[aggregated]" for value in told)


def test_a_key_is_told_apart_from_its_element(software: Client, places: list[Place]) -> None:
    one = unit_uid(places[0])
    for dx in (f"dx:{DELIV}.{DEFAULT_SPLIT}", f"dx:{DELIV}&dimension=co"):
        (value,) = software.get(f"{VALUES}?dimension={dx}&dimension=pe:202601&dimension=ou:{one}").json()["dataValues"]
        assert (value["dataElement"], value["categoryOptionCombo"], value["value"]) == (DELIV, DEFAULT_SPLIT, "30")
    rate = f"{FORM}.EXPECTED_REPORTS"  # no element with a key: told as it was asked
    told = software.get(f"{VALUES}?dimension=dx:{rate}&dimension=pe:202601&dimension=ou:{one}").json()["dataValues"]
    assert [(value["dataElement"], "categoryOptionCombo" in value) for value in told] == [(rate, False)]


@pytest.mark.parametrize("left", ["dx", "pe", "ou"])
def test_what_a_value_needs_is_no_filter(left: str, software: Client, places: list[Place]) -> None:
    asked = {"dx": DELIV, "pe": "202601", "ou": unit_uid(places[0])}
    query = "&".join(f"{'filter' if name == left else 'dimension'}={name}:{item}" for name, item in asked.items())
    answer = software.get(f"{VALUES}?{query}")
    assert answer.status_code >= 400 and "HS7036" in answer.content.decode()


def test_nobody_outside_is_answered(client: Client) -> None:
    assert client.get(f"{VALUES}?dimension=dx:{DELIV}&dimension=pe:202601&dimension=ou:x").status_code == 401
