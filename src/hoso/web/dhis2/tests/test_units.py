"""Units as they were, closed districts among them, and groups of units, over the API."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.metadata import import_metadata
from hoso.engines.statistics.tests.reporting import FORM, communes, row, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.unit_groups import find_group

pytestmark = pytest.mark.django_db
API, LAST_DAY = "/dhis2/api", "2025-06-30"


@pytest.fixture
def district() -> Place:
    """One that ended with the reform of 2025-07-01."""
    return Place.objects.filter(level=2, valid_to=date(2025, 7, 1)).order_by("code")[0]


@pytest.fixture
def software(client: Client, account_with_role: Callable[..., Account]) -> Client:
    token = issue_token(account_with_role("statistics_officer"), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    return client


def _units(client: Client, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/organisationUnits?paging=false&fields=id,level,path,closedDate,parent,code&{query}")
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["organisationUnits"]
    return found


def test_a_closed_district_reports_for_what_was_before_and_is_told(
    software: Client, actor: Callable[..., Actor], district: Place
) -> None:
    unit = unit_uid(district)
    bundle: dict[str, Any] = {
        "dataElements": [{"id": "elementDDDD", "code": "OF_DISTRICTS", "name": "Số của huyện", "valueType": "INTEGER"}],
        "dataSets": [{"id": "dataSetDDDD", "name": "Biểu của huyện", "periodType": "Monthly", "organisationUnits": [{"id": unit}],
                      "dataSetElements": [{"dataElement": {"id": "elementDDDD"}}]}],
    }  # fmt: skip
    import_metadata(actor("statistics_designer"), bundle)
    rows = [
        {"dataElement": "elementDDDD", "period": month, "orgUnit": unit, "value": "3"}
        for month in ("202503", "202506", "202507", "202601")
    ]
    told = software.post(f"{API}/dataValueSets", {"dataValues": rows}, content_type="application/json").json()[
        "response"
    ]
    assert told["importCount"] == {"imported": 2, "updated": 0, "ignored": 2, "deleted": 0}
    assert [(one["errorCode"], one["indexes"]) for one in told["conflicts"]] == [("E8031", [2, 3])]
    found = software.get(f"{API}/dataValueSets?dataSet=dataSetDDDD&period=202503,202506,202507&orgUnit={unit}").json()
    assert [(one["period"], one["value"]) for one in found["dataValues"]] == [("202503", "3"), ("202506", "3")]
    one = software.get(f"{API}/organisationUnits/{unit}").json()  # whoever reads the values may ask whose they are
    assert (one["closedDate"][:10], one["level"], one["code"]) == (LAST_DAY, 3, district.code)


def test_the_tree_of_a_day_and_of_all_times(software: Client, district: Place) -> None:
    unit = unit_uid(district)
    today, then, ever = (_units(software, query) for query in ("", f"date={LAST_DAY}", "includeClosed=true"))
    assert unit not in {one["id"] for one in today} and not any("closedDate" in one for one in today)
    assert (
        {1, 2, 3} <= {one["level"] for one in today} <= {1, 2, 3, 4}
    )  # facilities, where there are any, are the fourth
    (told,) = [one for one in then if one["id"] == unit]
    (above,) = [one for one in then if one["id"] == told["parent"]["id"]]
    assert (told["level"], above["level"]) == (3, 2) and told["path"] == f"{above['path']}/{unit}"
    assert sum(one["level"] == 3 for one in then) == Place.objects.filter(level=2, valid_to=date(2025, 7, 1)).count()
    assert any(one["path"].startswith(f"{told['path']}/") for one in then)  # its communes lie in it
    assert {one["id"] for one in ever} >= {one["id"] for one in today} | {one["id"] for one in then}
    assert _units(software, f"date=2025-07-01&filter=id:eq:{unit}") == []
    for query in ("date=2025-06-31", "date=2025-06-30&includeClosed=true", "includeClosed=perhaps"):
        assert software.get(f"{API}/organisationUnits?{query}").json()["errorCode"] == "HS7001"
    assert software.get(f"{API}/organisationUnits/{unit}?date=2026-01-01").status_code == 404


def test_groups_of_units(software: Client, actor: Callable[..., Actor]) -> None:
    ward, commune = find_group("WARD"), find_group("RURAL_COMMUNE")
    assert ward is not None and commune is not None
    query = "filter=code:in:[WARD,TOWNSHIP]&fields=id,code,name,organisationUnits~size,groupSets[name]&order=code:asc"
    towns, wards = software.get(f"{API}/organisationUnitGroups?{query}").json()["organisationUnitGroups"]
    today = Place.objects.filter(level=3, kind="phuong", valid_to__isnull=True).count()
    assert (wards["id"], wards["name"], wards["organisationUnits"]) == (ward.uid, "Phường", today)
    assert towns["organisationUnits"] == 0 and wards["groupSets"] == [{"name": "Loại đơn vị cấp xã"}]
    (kinds,) = software.get(
        f"{API}/organisationUnitGroupSets?filter=code:eq:commune_type&fields=organisationUnitGroups[code]"
    ).json()["organisationUnitGroupSets"]  # fmt: skip
    assert {one["code"] for one in kinds["organisationUnitGroups"]} == {
        "WARD",
        "RURAL_COMMUNE",
        "TOWNSHIP",
        "SPECIAL_ZONE",
    }
    of_wards = _units(software, f"filter=organisationUnitGroups.id:eq:{ward.uid}")
    assert len(of_wards) == today
    places = communes("80", 100)
    sent = [next(one for one in places if one.kind == kind) for kind in ("phuong", "xa")]
    send(actor("statistics_officer"), [row(one, "DELIV", 4 + number) for number, one in enumerate(sent)])
    for group, value in ((ward, "4"), (commune, "5")):
        query = f"dataSet={uid_of(f'form:{FORM}')}&period=202601&orgUnitGroup={group.uid}"
        (told,) = software.get(f"{API}/dataValueSets?{query}").json()["dataValues"]
        assert told["value"] == value
        assert software.get(f"{API}/completeDataSetRegistrations?{query}").json()["completeDataSetRegistrations"] == []
    both = software.get(
        f"{API}/dataValueSets?dataSet={uid_of(f'form:{FORM}')}&period=202601&orgUnitGroup={ward.uid},{commune.uid}"
    )
    assert len(both.json()["dataValues"]) == 2
