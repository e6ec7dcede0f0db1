"""Every parameter of values and completeness is obeyed or refused with its code: none is taken and passed over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.deadlines.board import BoardFilter, read_board
from hoso.engines.statistics.metadata import import_metadata
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import UID, uid_of

pytestmark = pytest.mark.django_db
API = "/dhis2/api"
FORM, DELIV, TEEN = uid_of("form:tt23-4-bct"), uid_of("element:DELIV"), uid_of("element:DELIV_TEEN")
# A form of its own that is reported by project: keys of the whole report.
PROJECT = {"combo": "comboPPPPPP", "first": "optionPPPPA", "second": "optionPPPPB", "set": "dataSetPPPP", "element": "elementPPPP"}  # fmt: skip


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def officer(account_with_role: Callable[..., Account], place: Place) -> Account:
    return account_with_role("statistics_officer", place=place)


@pytest.fixture
def software(client: Client, officer: Account) -> Client:
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {issue_token(officer, 'dhis2', 1, shape='dhis2')}"
    return client


@pytest.fixture
def by_project(actor: Callable[..., Actor], place: Place) -> None:
    first, second = PROJECT["first"], PROJECT["second"]
    bundle: dict[str, Any] = {
        "categoryOptions": [{"id": first, "name": "Dự án A"}, {"id": second, "name": "Dự án B"}],
        "categories": [{"id": "categoryPPP", "name": "Dự án", "categoryOptions": [{"id": first}, {"id": second}]}],
        "categoryCombos": [{"id": PROJECT["combo"], "name": "Dự án", "categories": [{"id": "categoryPPP"}]}],
        "dataElements": [{"id": PROJECT["element"], "name": "Lượt", "valueType": "INTEGER"}],
        "dataSets": [{"id": PROJECT["set"], "name": "Theo dự án", "periodType": "Monthly",
                      "categoryCombo": {"id": PROJECT["combo"]}, "organisationUnits": [{"id": unit_uid(place)}],
                      "dataSetElements": [{"dataElement": {"id": PROJECT["element"]}}]}],
    }  # fmt: skip
    import_metadata(actor("statistics_designer"), bundle)


def _send(client: Client, place: Place, query: str = "", **head: Any) -> Any:
    rows = [
        {"dataElement": element, "period": month, "orgUnit": unit_uid(place), "value": "5"}
        for element in (DELIV, TEEN)
        for month in ("202601", "202602")
    ]
    return client.post(f"{API}/dataValueSets{query}", {**head, "dataValues": rows}, content_type="application/json")


def _found(client: Client, place: Place, query: str) -> int:
    answer = client.get(f"{API}/dataValueSets?dataElement={DELIV}&orgUnit={unit_uid(place)}&{query}")
    assert answer.status_code == 200, answer.json()
    return len(answer.json()["dataValues"])


def test_values_by_their_days_and_by_when_they_changed(software: Client, place: Place) -> None:
    assert _send(software, place).status_code == 200
    by_days = {
        "startDate=2026-01-01&endDate=2026-02-28": 2,
        "startDate=2026-01-01&endDate=2026-02-27": 1,  # a period lies within the days, or is left out
        "startDate=2026-01-02&endDate=2026-02-28": 1,
        "startDate=2026-02-01T00:00:00": 1,
    }
    assert {query: _found(software, place, query) for query in by_days} == by_days
    tomorrow = date.today() + timedelta(days=1)
    by_change = {
        "lastUpdatedDuration=1h": 2, "lastUpdatedDuration=3d": 2, "lastUpdatedDuration=0s": 0,
        f"lastUpdated={date.today()}": 2, f"lastUpdated={tomorrow}": 0,
        f"lastUpdated={tomorrow}T00:00:00.000%2B0700": 0, "period=202601&lastUpdatedDuration=1h": 1,
    }  # fmt: skip
    assert {query: _found(software, place, query) for query in by_change} == by_change


def test_what_was_taken_back_is_told_where_it_is_asked_for(software: Client, place: Place) -> None:
    _send(software, place)
    assert software.delete(f"{API}/dataValues?de={DELIV}&pe=202601&ou={unit_uid(place)}").status_code == 204
    assert _found(software, place, "period=202601,202602") == 1
    assert _found(software, place, "period=202601,202602&includeDeleted=true") == 2
    assert _found(software, place, "period=202601,202602&includeDeleted=TRUE&limit=1") == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("force=true", "HS5530"), ("async=yes", "HS7001"), ("dryRun=1", "HS7001"), ("skipEverything=true", "HS7033"),
        ("compression=gzip", "HS7033"),
    ],
)  # fmt: skip
def test_an_import_that_is_asked_otherwise_is_refused(query: str, code: str, software: Client, place: Place) -> None:
    assert _send(software, place, f"?{query}").json()["errorCode"] == code
    assert _found(software, place, "period=202601") == 0


def test_what_has_no_effect_is_taken(software: Client, place: Place) -> None:
    query = "?force=false&preheatCache=true&skipExistingCheck=true&skipAudit=true"
    assert _send(software, place, query).json()["response"]["importCount"]["imported"] == 4


@pytest.mark.parametrize("head", [{"dryRun": True}, {"strategy": "DELETE"}, {"importStrategy": "CREATE"}])
def test_a_payload_that_says_otherwise_than_its_parameters_is_refused(
    head: dict[str, Any], software: Client, place: Place
) -> None:
    assert _send(software, place, **head).json()["errorCode"] == "HS5530"
    (name, value), *_ = head.items()
    xml = f'<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" {name}="{str(value).lower()}"/>'
    answer = software.post(f"{API}/dataValueSets", xml, content_type="application/xml")
    assert answer.json()["errorCode"] == "HS5530"
    assert _found(software, place, "period=202601") == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("orgUnitGroup=abcdefghijk", "HS7003"), ("dataElementGroup=abcdefghijk", "HS7033"), ("compression=zip", "HS5530"),
        ("page=2&pageSize=1", "HS7033"), ("paging=true", "HS5530"), ("limit=few", "HS7001"), ("children=maybe", "HS7001"),
        ("includeDeleted=1", "HS7001"), ("lastUpdated=gestern", "HS7001"), ("lastUpdatedDuration=10w", "HS7001"),
        ("startDate=2026-13-01", "HS7001"), ("attributeOptionCombo=nonEx1sting", "HS7003"),
    ],
)  # fmt: skip
def test_a_question_that_is_not_understood_is_refused(query: str, code: str, software: Client, place: Place) -> None:
    answer = software.get(f"{API}/dataValueSets?dataElement={DELIV}&period=202601&orgUnit={unit_uid(place)}&{query}")
    assert answer.json()["errorCode"] == code


def test_a_value_by_the_options_of_its_whole_report(software: Client, by_project: None, place: Place) -> None:
    address = f"{API}/dataValues?de={PROJECT['element']}&pe=202601&ou={unit_uid(place)}&cc={PROJECT['combo']}"
    first, second = (f"{address}&cp={PROJECT[name]}" for name in ("first", "second"))
    assert software.get(first).json()["errorCode"] == "E2034"
    assert software.post(f"{first}&value=7").status_code == 201
    body = {"dataElement": PROJECT["element"], "period": "202601", "orgUnit": unit_uid(place), "value": "9",
            "attribute": {"combo": PROJECT["combo"], "options": [PROJECT["second"]]}}  # fmt: skip
    assert software.post(f"{API}/dataValues", body, content_type="application/json").status_code == 201
    assert (software.get(first).json(), software.get(second).json()) == (["7"], ["9"])
    told = software.get(
        f"{API}/dataValueSets?dataSet={PROJECT['set']}&period=202601&orgUnit={unit_uid(place)}"
    ).json()["dataValues"]  # fmt: skip
    for one in told:
        query = f"dataSet={PROJECT['set']}&period=202601&orgUnit={unit_uid(place)}"
        (same,) = software.get(
            f"{API}/dataValueSets?{query}&attributeOptionCombo={one['attributeOptionCombo']}"
        ).json()["dataValues"]  # fmt: skip
        assert same["value"] == one["value"]
    assert software.delete(first).status_code == 204
    assert (software.get(first).status_code, software.get(second).json()) == (409, ["9"])
    for query in ("", "&cp=nonEx1sting", f"&cp={PROJECT['first']}&ao=HllvX50cXC0"):
        assert software.get(address + query).json()["errorCode"] == "HS7001"
    answer = software.post(f"{API}/dataValues", {**body, "cp": "x"}, content_type="application/json")
    assert answer.json()["errorCode"] == "HS7033"


def _complete(client: Client, query: str = "", **report: Any) -> Any:
    body = {"completeDataSetRegistrations": [report]}
    return client.post(f"{API}/completeDataSetRegistrations{query}", body, content_type="application/json")


def _registered(client: Client, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/completeDataSetRegistrations?{query}")
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["completeDataSetRegistrations"]
    return found


def test_a_report_that_comes_from_elsewhere_keeps_its_day_and_who_said_so(
    software: Client, actor: Callable[..., Actor], place: Place
) -> None:
    report = {"dataSet": FORM, "period": "202601", "organisationUnit": unit_uid(place)}
    query = f"dataSet={FORM}&period=202601&orgUnit={unit_uid(place)}"
    reader = actor("statistics_approver", place=place.parent)

    def stands() -> tuple[str, date | None]:
        (one,) = read_board(reader, BoardFilter(date(2026, 1, 31), data_set=FORM, under=unit_uid(place))).rows
        return one.status, one.came

    assert (
        _complete(software, "?dryRun=true", **report, date="2026-02-03").json()["response"]["importCount"]["imported"]
        == 1
    )
    assert _registered(software, query) == [] and stands() == ("missing", None)
    assert _complete(software, **report, date="2026-02-03", storedBy="old.system").status_code == 200
    (one,) = _registered(software, query)
    assert (one["date"], one["storedBy"]) == ("2026-02-03", "old.system")
    assert stands() == ("on_time", date(2026, 2, 3))
    assert _complete(software, **report).status_code == 200  # said again, without a day
    assert stands() == ("on_time", date(2026, 2, 3))
    assert _complete(software, **report, date="2026-02-09T23:00:00.000+0000").status_code == 200
    assert stands() == ("late", date(2026, 2, 10))  # here it was the next day
    tomorrow = date.today() + timedelta(days=1)
    refused = _complete(software, **report, date=str(tomorrow)).json()["response"]
    assert refused["importCount"]["ignored"] == 1 and str(tomorrow) in refused["conflicts"][0]["value"]
    assert stands() == ("late", date(2026, 2, 10))


def test_registrations_by_period_day_and_number(software: Client, place: Place) -> None:
    for month, day in (("202601", "2026-02-03"), ("202602", "2026-03-03")):
        report = {"dataSet": FORM, "period": month, "organisationUnit": unit_uid(place), "date": day}
        assert _complete(software, **report).status_code == 200
    found = {
        "": 2, "&startDate=2026-02-01": 1, "&endDate=2026-01-31": 1, "&created=2026-03-03": 1, "&created=2026-03-04": 0,
        "&createdDuration=1d": 0, "&limit=1": 1, "&startDate=2026-01-01&endDate=2026-12-31": 2,
    }  # fmt: skip
    query = f"dataSet={FORM}&orgUnit={unit_uid(place)}"
    assert {more: len(_registered(software, query + more)) for more in found} == found
    for more, code in (("&orgUnitGroup=x", "HS7003"), ("&created=x", "HS7001"), ("&limit=-1", "HS7001")):
        answer = software.get(f"{API}/completeDataSetRegistrations?{query}{more}")
        assert answer.json()["errorCode"] == code


def test_completeness_by_the_options_of_a_report(software: Client, by_project: None, place: Place) -> None:
    unit, combo = unit_uid(place), PROJECT["combo"]
    report = {"dataSet": PROJECT["set"], "period": "202601", "organisationUnit": unit}
    assert _complete(software, **report).json()["response"]["status"] == "ERROR"  # of which project?
    uids = {one["name"]: one["id"] for one in software.get(
        f"{API}/categoryOptionCombos?filter=categoryCombo.id:eq:{combo}&fields=id,name"
    ).json()["categoryOptionCombos"]}  # fmt: skip
    for uid in uids.values():
        assert _complete(software, **report, attributeOptionCombo=uid).status_code == 200
    address = f"{API}/completeDataSetRegistrations?ds={PROJECT['set']}&pe=202601&ou={unit}"
    assert software.delete(f"{address}&cc={combo}&cp={PROJECT['second']}").status_code == 204
    told = _registered(software, f"dataSet={PROJECT['set']}&period=202601&orgUnit={unit}")
    assert {one["attributeOptionCombo"]: one["completed"] for one in told} == {
        uids["Dự án A"]: True,
        uids["Dự án B"]: False,
    }
    assert software.delete(f"{address}&multiOu=true").json()["errorCode"] == "HS5530"
    assert software.delete(address).json()["errorCode"] == "HS7003"
    for query, code in (("?importStrategy=DELETE", "HS5530"), ("?idScheme=CODE", "HS5530"), ("?sure=1", "HS7033")):
        assert _complete(software, query, **report).json()["errorCode"] == code


def test_new_ids_and_authorities(software: Client) -> None:
    codes = software.get(f"{API}/system/id.json?limit=20").json()["codes"]
    assert len(set(codes)) == 20 and all(UID.fullmatch(one) for one in codes)
    assert len(software.get(f"{API}/system/id").json()["codes"]) == 1
    assert software.get(f"{API}/system/id?limit=10001").json()["errorCode"] == "HS7001"
    held = software.get(f"{API}/me/authorization").json()
    assert held == software.get(f"{API}/me").json()["authorities"] and "F_DATAVALUE_ADD" in held
    assert software.get(f"{API}/me/authorization/F_DATAVALUE_ADD").json() is True
    assert software.get(f"{API}/me/authorization/F_METADATA_IMPORT").json() is False
