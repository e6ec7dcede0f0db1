"""Definitions given out as one bundle and taken in again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.engines.statistics.metadata import KINDS, Taken, import_metadata
from hoso.engines.statistics.uids import DEFAULT_SPLIT, uid_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Account]
ADDRESS = "/dhis2/api/metadata"
DELIV = uid_of("element:DELIV")
OWN: dict[str, Any] = {
    "categoryOptions": [{"id": "optionAAAAA", "name": "Sáng"}, {"id": "optionBBBBB", "name": "Chiều"}],
    "categories": [{"id": "categoryAAA", "name": "Buổi", "categoryOptions": [{"id": "optionAAAAA"}, {"id": "optionBBBBB"}]}],
    "categoryCombos": [{"id": "comboAAAAAA", "name": "Theo buổi", "categories": [{"id": "categoryAAA"}]}],
    "dataElements": [{"id": "elementAAAA", "code": "VISIT_HALF", "name": "Lượt khám theo buổi", "valueType": "INTEGER",
                      "aggregationType": "SUM", "categoryCombo": {"id": "comboAAAAAA"}}],
    "dataSets": [{"id": "dataSetAAAA", "code": "HALVES", "name": "Khám theo buổi", "periodType": "Monthly",
                  "dataSetElements": [{"dataElement": {"id": "elementAAAA"}}]}],
}  # fmt: skip


@pytest.fixture
def software(client: Client, account_with_role: Make) -> Client:
    token = issue_token(account_with_role("statistics_officer"), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    return client


@pytest.fixture
def designer(actor: Callable[..., Actor]) -> Actor:
    return actor("statistics_designer")


def test_what_is_taken_in_is_given_out(software: Client, designer: Actor) -> None:
    assert import_metadata(designer, OWN)["categoryOptions"] == Taken(created=2)
    told = software.get(ADDRESS, {"dataElements": "true", "dataElements:filter": "code:eq:VISIT_HALF"}).json()
    assert set(told) == {"system", "dataElements"}
    (element,) = told["dataElements"]
    assert {name: element[name] for name in OWN["dataElements"][0]} == OWN["dataElements"][0]


def test_all_of_it_is_taken_in_again_and_what_is_shipped_stays(software: Client, designer: Actor) -> None:
    import_metadata(designer, OWN)
    bundle = software.get(ADDRESS, {name: "true" for name in KINDS}).json()
    before = software.get(f"/dhis2/api/dataElements/{DELIV}").json()
    for element in bundle["dataElements"]:
        element["name"] = f"{element['name']} (đổi)"
    taken = import_metadata(designer, bundle)
    assert (taken["dataElements"].updated, taken["dataSets"].updated) == (1, 1)
    assert taken["dataElements"].passed_over > 100 and taken["dataElements"].created == 0
    assert software.get(f"/dhis2/api/dataElements/{DELIV}").json() == before
    assert software.get("/dhis2/api/dataElements/elementAAAA").json()["name"] == "Lượt khám theo buổi (đổi)"
    assert software.get(f"/dhis2/api/categoryOptionCombos/{DEFAULT_SPLIT}").json()["name"] == "default"


def test_fields_of_one_collection_and_of_all(software: Client) -> None:
    told = software.get(
        ADDRESS, {"dataSets": "true", "periodTypes": "true", "fields": "id", "dataSets:fields": "id,name"}
    ).json()
    assert {frozenset(one) for one in told["dataSets"]} == {frozenset({"id", "name"})}
    assert {frozenset(one) for one in told["periodTypes"]} == {frozenset({"id"})}


def test_a_collection_that_is_none_is_refused(software: Client) -> None:
    answer = software.get(ADDRESS, {"dataElement": "true"})
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "HS7033")
