"""dataApprovals in DHIS2's words: states, approving one and many, taking back, accepting."""

from collections.abc import Callable

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.approval.steps import Wanted, take_steps
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, row, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
API, SET = "/dhis2/api/dataApprovals", uid_of(f"form:{FORM}")


@pytest.fixture
def places(actor: Callable[..., Actor]) -> list[Place]:
    """Two communes that handed a month in."""
    found = communes("80", 2)
    for place in found:
        officer = actor("statistics_officer", place=place)
        assert send(officer, [row(place, "DELIV", 12)]).imported == 1
        take_steps(officer, [(SET, MONTH, unit_uid(place))], Wanted("hand_in"))
    return found


@pytest.fixture
def province(client: Client, account_with_role: Callable[..., Account], places: list[Place]) -> Client:
    token = issue_token(account_with_role("statistics_approver", place=places[0].parent), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    return client


def _query(place: Place) -> str:
    return f"ds={SET}&pe={MONTH}&ou={unit_uid(place)}"


def _states(client: Client, places: list[Place]) -> list[str]:
    units = ",".join(map(unit_uid, places))
    return [one["state"] for one in client.get(f"{API}/approvals?wf={SET}&pe={MONTH}&ou={units}").json()]


def test_one_report_is_approved_and_taken_back(province: Client, places: list[Place]) -> None:
    told = province.get(f"{API}?{_query(places[0])}").json()
    assert (told["state"], told["mayApprove"], told["mayUnapprove"]) == ("UNAPPROVED_READY", True, False)
    assert province.post("/dhis2/api/dataAcceptances?" + _query(places[0])).json()["errorCode"] == "HS7040"
    assert province.post(f"{API}?{_query(places[0])}").status_code == 204
    told = province.get(f"{API}?{_query(places[0])}").json()
    assert (told["state"], told["mayApprove"], told["mayUnapprove"]) == ("APPROVED_HERE", False, True)
    assert province.post("/dhis2/api/dataAcceptances?" + _query(places[0])).status_code == 204
    assert province.delete(f"{API}?{_query(places[0])}").status_code == 204
    assert _states(province, places) == ["UNAPPROVED_READY", "UNAPPROVED_READY"]


def test_many_are_approved_and_taken_back_at_once(province: Client, places: list[Place]) -> None:
    body = {"wf": [SET], "pe": [MONTH], "approvals": [{"ou": unit_uid(place)} for place in places]}
    assert province.post(f"{API}/approvals", body, content_type="application/json").status_code == 204
    assert _states(province, places) == ["APPROVED_HERE", "APPROVED_HERE"]
    again = province.post(f"{API}/approvals", body, content_type="application/json")
    assert again.json()["errorCode"] == "HS7041"  # the ministry's now, and not the same person's
    assert province.post(f"{API}/unapprovals", body, content_type="application/json").status_code == 204
    assert _states(province, places) == ["UNAPPROVED_READY", "UNAPPROVED_READY"]


def test_what_is_closed_is_told_row_by_row(
    client: Client, account_with_role: Callable[..., Account], places: list[Place]
) -> None:
    token = issue_token(account_with_role("statistics_officer", place=places[0]), "dhis2", 1, shape="dhis2")
    values = [
        {"dataElement": uid_of("element:DELIV"), "period": month, "orgUnit": unit_uid(places[0]), "value": "9"}
        for month in (MONTH, "202602")
    ]
    told = client.post(
        "/dhis2/api/dataValueSets", {"dataValues": values}, content_type="application/json",
        headers={"Authorization": f"ApiToken {token}"},
    ).json()["response"]  # fmt: skip
    assert told["importCount"] == {"imported": 1, "updated": 0, "ignored": 1, "deleted": 0}
    assert [(one["errorCode"], one["indexes"]) for one in told["conflicts"]] == [("E8033", [0])]
    assert client.post(f"{API}?{_query(places[0])}", headers={"Authorization": f"ApiToken {token}"}).status_code == 403


def test_software_hands_in_what_it_reports_and_nothing_is_handed_in_twice(
    client: Client, account_with_role: Callable[..., Account], places: list[Place]
) -> None:
    token = issue_token(account_with_role("statistics_officer", place=places[0].parent), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"

    def hand_in(month: str) -> int:
        body = {"ds": [SET], "pe": [month], "approvals": [{"ou": unit_uid(place)} for place in places]}
        return client.post(f"{API}/handIns", body, content_type="application/json").status_code

    assert hand_in("202602") == 204
    states = client.get(f"{API}/approvals?wf={SET}&pe=202602&ou={','.join(map(unit_uid, places))}").json()
    assert [one["state"] for one in states] == ["UNAPPROVED_READY"] * 2
    assert hand_in("202602") == 409 and hand_in(MONTH) == 409
    body = {"ds": [SET], "pe": ["202602"], "approvals": [{"ou": unit_uid(places[0])}]}
    assert client.post(f"{API}/approvals", body, content_type="application/json").status_code == 403


def test_a_part_of_a_report_is_not_approved_alone(province: Client, places: list[Place]) -> None:
    for aoc, status in (("nonEx1sting", 409), ("HllvX50cXC0", 200)):
        assert province.get(f"{API}?{_query(places[0])}&aoc={aoc}").status_code == status
    assert province.post(f"{API}?{_query(places[0])}&aoc=nonEx1sting").json()["errorCode"] == "HS5530"
    body = {"wf": [SET], "pe": [MONTH], "approvals": [{"ou": unit_uid(places[0]), "aoc": "nonEx1sting"}]}
    answer = province.post(f"{API}/approvals", body, content_type="application/json")
    assert answer.json()["errorCode"] == "HS5530"
    assert _states(province, places) == ["UNAPPROVED_READY", "UNAPPROVED_READY"]
