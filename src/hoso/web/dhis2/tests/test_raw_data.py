"""analytics/rawData: the stored values themselves, of whoever may see them."""

from typing import Any

import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.web.dhis2.objects import ROOT
from hoso.web.dhis2.tests.test_analytics import DELIV, SHARE, TEEN, places, software

__all__ = ["places", "software"]  # fixtures
pytestmark = pytest.mark.django_db
RAW = "/dhis2/api/analytics/rawData"


def _ask(client: Client, query: str, address: str = f"{RAW}.json") -> Any:
    return client.get(f"{address}?{query}")


def _days(month: int, last: int) -> list[str]:
    return [f"2026-{month:02}-01 00:00:00.0", f"2026-{month:02}-{last} 00:00:00.0"]


def test_each_stored_value_is_a_row(software: Client, places: list[Place]) -> None:
    one, other = map(unit_uid, places)
    query = f"dimension=dx:{DELIV};{TEEN}&dimension=ou:{ROOT}&startDate=2026-01-01&endDate=2026-03-31"
    told = _ask(software, query).json()
    assert sorted(told["rows"]) == sorted([
        [DELIV, one, "202601", *_days(1, 31), "30"], [DELIV, one, "202602", *_days(2, 28), "20"],
        [DELIV, other, "202601", *_days(1, 31), "10"], [TEEN, one, "202601", *_days(1, 31), "3"],
        [TEEN, other, "202602", *_days(2, 28), "4"],
    ])  # fmt: skip
    assert [head["name"] for head in told["headers"]] == ["dx", "ou", "pe", "pestartdate", "peenddate", "value"]
    assert (told["width"], told["height"], told["headers"][3]["valueType"]) == (6, 5, "DATETIME")
    assert told["metaData"]["items"][one] == {"uid": one, "name": places[0].full_name}
    lines = _ask(software, query, f"{RAW}.csv").content.decode().splitlines()
    assert lines[0] == "Data,Organisation unit,Period,Period start date,Period end date,Value" and len(lines) == 6
    assert _ask(software, query, RAW).json() == told


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("pe:2026Q1", ["10", "20", "30"]), ("pe:202602", ["20"]), ("pe:202602;202604", ["20"]), ("pe:2025", []),
        ("pe:202601&filter=co:HllvX50cXC0", ["10", "30"]), ("pe:LAST_MONTH&relativePeriodDate=2026-03-05", ["20"]),
    ],
)  # fmt: skip
def test_periods_and_keys_narrow(query: str, values: list[str], software: Client) -> None:
    told = _ask(software, f"dimension=dx:{DELIV}&filter=ou:{ROOT}&skipMeta=true&dimension={query}").json()
    assert sorted(row[-1] for row in told["rows"]) == values and "metaData" not in told


def test_keys_levels_and_schemes_are_columns(software: Client, places: list[Place]) -> None:
    one, province = unit_uid(places[0]), places[0].parent
    assert province is not None
    told = _ask(
        software,
        f"dimension=dx:DELIV,co,ao&dimension=ou:{one}&dimension=pe:202601&showHierarchy=true"
        "&inputIdScheme=CODE&outputDataElementIdScheme=CODE",
    ).json()
    assert told["rows"] == [
        ["DELIV", DEFAULT_SPLIT, DEFAULT_SPLIT, one, "202601", ROOT, unit_uid(province), one, "", *_days(1, 31), "30"]
    ]


def test_only_what_the_asker_may_see(software: Client, places: list[Place], account_with_role: Any) -> None:
    officer = account_with_role("statistics_officer", place=places[1])
    client = Client(headers={"Authorization": f"ApiToken {issue_token(officer, 'dhis2', 1, shape='dhis2')}"})
    told = _ask(client, f"dimension=dx:{DELIV}&dimension=ou:{ROOT}&dimension=pe:2026").json()
    assert [(row[1], row[-1]) for row in told["rows"]] == [(unit_uid(places[1]), "10")]
    assert Client().get(f"{RAW}?dimension=dx:{DELIV}").status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"dimension=dx:{SHARE}&dimension=ou:{ROOT}&dimension=pe:2026", "HS7034"),
        (f"dimension=dx:{DELIV}.{DEFAULT_SPLIT}&dimension=ou:{ROOT}&dimension=pe:2026", "HS7034"),
        (f"dimension=dx:{DELIV}&dimension=ou:{ROOT}", "HS7036"), (f"dimension=dx:{DELIV}&dimension=pe:2026", "HS7036"),
        (f"dimension=dx:{DELIV}&dimension=ou:{ROOT}&dimension=pe:2026&filter=pe:2026", "HS7036"),
        (f"dimension=dx:{DELIV}&dimension=ou:{ROOT}&dimension=pe:2026&measureCriteria=GT:1", "HS7033"),
        (f"dimension=dx:{DELIV}&dimension=ou:{ROOT}&dimension=pe:2026&skipMeta=perhaps", "HS7001"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(query: str, code: str, software: Client) -> None:
    assert _ask(software, query).json()["errorCode"] == code


def test_too_many_rows_are_refused(software: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from hoso.web.dhis2 import raw_data

    query = f"dimension=dx:{DELIV}&dimension=ou:{ROOT}&dimension=pe:2026"
    monkeypatch.setattr(raw_data, "MOST_ROWS", 3)
    assert len(_ask(software, query).json()["rows"]) == 3
    monkeypatch.setattr(raw_data, "MOST_ROWS", 2)
    assert _ask(software, query).json()["errorCode"] == "HS7038"
    assert len(_ask(software, f"{query}&ignoreLimit=true").json()["rows"]) == 3
