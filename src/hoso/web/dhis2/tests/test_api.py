"""The DHIS2-compatible API as its clients ask it."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.fields import parse_fields, select
from hoso.web.dhis2.filters import filtered, paged

pytestmark = pytest.mark.django_db
Make = Callable[..., Account]
API = "/dhis2/api"
FORM, DELIV = uid_of("form:tt23-4-bct"), uid_of("element:DELIV")


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def software(client: Client, account_with_role: Make, place: Place) -> Client:
    """A client with a DHIS2 token of an officer of one commune."""
    token = issue_token(account_with_role("statistics_officer", place=place), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    return client


def _send(client: Client, values: list[dict[str, Any]], query: str = "") -> Any:
    return client.post(f"{API}/dataValueSets{query}", {"dataValues": values}, content_type="application/json")


def _row(place: Place, value: Any = "12", **more: Any) -> dict[str, Any]:
    return {"dataElement": DELIV, "period": "202601", "orgUnit": unit_uid(place), "value": value, **more}


@pytest.mark.parametrize("address", ["api", "api/42", "api/28"])
@pytest.mark.parametrize("suffix", ["", ".json"])
def test_the_version_and_the_suffix_mean_nothing(address: str, suffix: str, software: Client) -> None:
    told = software.get(f"/dhis2/{address}/system/info{suffix}").json()
    assert told["version"].startswith("2.42") and told["calendar"] == "iso8601"


def test_nobody_is_refused_in_the_shape_of_dhis2(client: Client) -> None:
    answer = client.get(f"{API}/me")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Basic")
    assert (answer.json()["httpStatusCode"], answer.json()["status"]) == (401, "ERROR")


def test_basic_is_for_accounts_of_software(client: Client, account_with_role: Make, place: Place) -> None:
    account = account_with_role("statistics_officer", place=place, password="Mot-mat-khau-dai-2026")
    with as_operator():
        Account.objects.filter(pk=account.pk).update(
            kind=Account.Kind.SERVICE, owner=account_with_role("administrator")
        )
    header = b64encode(f"{account.username}:Mot-mat-khau-dai-2026".encode()).decode()
    assert client.get(f"{API}/me", headers={"Authorization": f"Basic {header}"}).json()["username"] == account.username
    wrong = b64encode(f"{account.username}:x".encode()).decode()
    assert client.get(f"{API}/me", headers={"Authorization": f"Basic {wrong}"}).status_code == 401


def test_a_session_reads_and_does_not_write(client: Client, account_with_role: Make, place: Place) -> None:
    client.force_login(account_with_role("statistics_officer", place=place))
    assert client.get(f"{API}/dataElements").status_code == 200
    assert _send(client, [_row(place)]).status_code == 401


def test_me_tells_units_and_authorities(software: Client, place: Place) -> None:
    told = software.get(f"{API}/me").json()
    assert told["organisationUnits"] == [{"id": unit_uid(place)}]
    assert "F_DATAVALUE_ADD" in told["authorities"] and FORM in told["dataSets"]
    assert software.get(f"{API}/me?fields=username,organisationUnits[id]").json().keys() == {
        "username",
        "organisationUnits",
    }


def test_lists_have_fields_filters_and_pages(software: Client) -> None:
    first = software.get(f"{API}/dataElements?pageSize=10").json()
    assert first["pager"]["total"] == 212 and len(first["dataElements"]) == 10
    assert first["dataElements"][0].keys() == {"id", "displayName"}
    second = software.get(first["pager"]["nextPage"]).json()
    assert not {one["id"] for one in first["dataElements"]} & {one["id"] for one in second["dataElements"]}
    found = software.get(
        f"{API}/dataSets?paging=false&filter=code:eq:tt23-4-bct&fields=code,periodType,dataSetElements[dataElement[id,code]]"
    ).json()
    (form,) = found["dataSets"]
    assert form["periodType"] == "Monthly" and len(form["dataSetElements"]) == 27
    assert {"dataElement": {"id": DELIV, "code": "DELIV"}} in form["dataSetElements"]


def test_the_units_are_one_tree(software: Client, place: Place) -> None:
    provinces = software.get(f"{API}/organisationUnits?level=2&paging=false&fields=id,path,parent[name]").json()
    assert len(provinces["organisationUnits"]) == 34
    assert {one["parent"]["name"] for one in provinces["organisationUnits"]} == {"Việt Nam"}
    one = software.get(f"{API}/organisationUnits/{unit_uid(place)}.json").json()
    assert one["path"].count("/") == 3 and one["path"].endswith(unit_uid(place))


def test_values_go_in_and_come_out(software: Client, place: Place) -> None:
    answer = _send(software, [_row(place, comment="ghi chú")])
    assert answer.status_code == 200
    assert answer.json()["response"]["importCount"] == {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0}
    query = f"dataSet={FORM}&period=202601&orgUnit={unit_uid(place)}"
    (value,) = software.get(f"{API}/dataValueSets?{query}").json()["dataValues"]
    assert (value["dataElement"], value["value"], value["comment"]) == (DELIV, "12", "ghi chú")
    assert (
        software.get(f"{API}/dataValueSets.csv?{query}").content.decode().splitlines()[1].startswith(f"{DELIV},202601")
    )
    assert b'value="12"' in software.get(f"{API}/dataValueSets.xml?{query}").content
    assert place.parent is not None
    above = software.get(
        f"{API}/dataValueSets?dataSet={FORM}&period=202601&orgUnit={unit_uid(place.parent)}&children=true"
    )
    assert len(above.json()["dataValues"]) == 1
    again = _send(software, software.get(f"{API}/dataValueSets?{query}").json()["dataValues"]).json()
    assert again["response"]["importCount"] == {"imported": 0, "updated": 1, "ignored": 0, "deleted": 0}


def test_every_refused_row_is_told(software: Client, place: Place) -> None:
    answer = _send(software, [_row(place), _row(communes("80", 2)[1]), _row(place, "x", period="202602")])
    assert answer.status_code == 409 and answer.json()["status"] == "WARNING"
    told = answer.json()["response"]
    assert told["importCount"] == {"imported": 1, "updated": 0, "ignored": 2, "deleted": 0}
    assert {(one["errorCode"], tuple(one["indexes"])) for one in told["conflicts"]} == {
        ("E8011", (1,)),
        ("E8122", (2,)),
    }
    assert told["rejectedIndexes"] == [1, 2]


def test_one_value_is_set_read_and_taken_back(software: Client, place: Place) -> None:
    address = f"{API}/dataValues?de={DELIV}&pe=202601&ou={unit_uid(place)}"
    assert software.get(address).status_code == 409
    assert software.post(f"{address}&value=7").status_code == 201
    assert software.get(address).json() == ["7"]
    assert software.post(f"{address}&value=-7").json()["errorCode"] == "E8122"
    assert software.delete(address).status_code == 204
    assert software.get(address).status_code == 409


def test_completeness_is_said_and_taken_back(software: Client, place: Place) -> None:
    report = {"dataSet": FORM, "period": "202601", "organisationUnit": unit_uid(place)}
    answer = software.post(
        f"{API}/completeDataSetRegistrations",
        {"completeDataSetRegistrations": [report]},
        content_type="application/json",
    )
    assert answer.status_code == 200 and answer.json()["response"]["importCount"]["imported"] == 1
    query = f"dataSet={FORM}&period=202601&orgUnit={unit_uid(place)}"
    (one,) = software.get(f"{API}/completeDataSetRegistrations?{query}").json()["completeDataSetRegistrations"]
    assert one["completed"] and one["organisationUnit"] == unit_uid(place)
    assert (
        software.delete(f"{API}/completeDataSetRegistrations?ds={FORM}&pe=202601&ou={unit_uid(place)}").status_code
        == 204
    )
    (one,) = software.get(f"{API}/completeDataSetRegistrations?{query}").json()["completeDataSetRegistrations"]
    assert not one["completed"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("dataValueSets", 400),
        ("dataValueSets?dataSet=nonEx1sting&period=202601&orgUnit=x", 404),
        ("nothing", 404),
        ("dataElements?filter=name", 400),
        ("dataElements?filter=name:resembles:a", 400),
        ("dataElements?fields=id[", 400),
        ("dataElements?fields=id~pluck", 400),
        ("dataElements?page=0", 400),
        ("dataElements/nonEx1sting", 404),
    ],
)
def test_what_is_not_understood_is_refused(address: str, status: int, software: Client) -> None:
    answer = software.get(f"{API}/{address}")
    assert (answer.status_code, answer.json()["httpStatusCode"]) == (status, status)


def test_who_designs_nothing_takes_in_no_definitions(software: Client) -> None:
    answer = software.post(f"{API}/metadata", {"dataElements": []}, content_type="application/json")
    assert answer.status_code == 403 and answer.json()["errorCode"] == "HS2001"


THING: dict[str, Any] = {
    "id": "a", "name": "Bệnh viện", "level": 2, "leaf": False, "parent": {"id": "p", "name": "Tỉnh"}, "children": [{"id": "c", "name": "x"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("id,name", {"id": "a", "name": "Bệnh viện"}),
        ("*,!children,!parent", {"id": "a", "name": "Bệnh viện", "level": 2, "leaf": False}),
        ("parent", {"parent": {"id": "p"}}),
        ("parent[name],children[id,name]", {"parent": {"name": "Tỉnh"}, "children": [{"id": "c", "name": "x"}]}),
        ("children~size,id~rename(uid)", {"children": 1, "uid": "a"}),
        ("children::isEmpty", {"children": False}),
        (":identifiable", {"id": "a", "name": "Bệnh viện"}),
    ],
)
def test_fields(fields: str, told: dict[str, Any]) -> None:
    assert select(THING, parse_fields([fields])) == told


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter=level:eq:2", True), ("filter=level:eq:3", False), ("filter=level:ge:2", True), ("filter=level:lt:2", False),
        ("filter=name:ilike:BỆNH", True), ("filter=name:$like:viện", False), ("filter=name:like$:viện", True),
        ("filter=parent.name:eq:Tỉnh", True), ("filter=children.id:in:[b,c]", True), ("filter=children.id:!in:[b,c]", False),
        ("filter=code:null", True), ("filter=code:!null", False), ("filter=leaf:eq:false", True),
        ("filter=level:eq:3&filter=id:eq:a&rootJunction=OR", True), ("filter=level:eq:3&filter=id:eq:a", False),
        ("query=benh vien", True), ("filter=identifiable:token:xa", False), ("filter=children:!empty", True),
    ],
)  # fmt: skip
def test_filters(query: str, found: bool) -> None:
    assert bool(filtered([THING], QueryDict(query))) is found


def test_a_page_that_is_none_is_refused() -> None:
    with pytest.raises(HosoError, match="HS7001"):
        paged([THING], QueryDict("pageSize=-1"), "x")
