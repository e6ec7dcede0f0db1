"""Definitions posted by software that a designer signed in to with a second factor: every parameter is obeyed or refused."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.authorization.flow import Browser, Flow, registered, signed_in

from hoso.core.accounts.models import Account
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.tests.test_metadata import OWN

pytestmark = pytest.mark.django_db
Post = Callable[..., Any]
COUNTS = ("created", "updated", "ignored", "total")


@pytest.fixture
def post(account_with_role: Callable[..., Account]) -> Post:
    designer = account_with_role("statistics_designer")
    app = registered(designer, scopes="__dhis2/*.cruds")
    token = Flow(app, signed_in(designer, second_factor=True), "__dhis2/*.cruds").tokens()["access_token"]

    def send(query: str = "", bundle: dict[str, Any] = OWN) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        address = f"/dhis2/api/metadata?{query}"
        return Browser().post(address, bundle, content_type="application/json", headers=headers)

    def elements() -> list[str]:
        address = "/dhis2/api/dataElements?filter=code:eq:VISIT_HALF&fields=name"
        found = Browser().get(address, headers={"authorization": f"Bearer {token}"}).json()["dataElements"]
        return [one["name"] for one in found]

    send.elements = elements  # type: ignore[attr-defined]
    return send


def _counts(answer: Any) -> tuple[int, ...]:
    assert answer.status_code == 200, answer.json()
    return tuple(answer.json()["response"]["stats"][name] for name in COUNTS)


def _renamed(name: str) -> dict[str, Any]:
    return {"dataElements": [{**OWN["dataElements"][0], "name": name}]}


def test_a_bundle_is_taken_in_and_tried_first(post: Any) -> None:
    tried = post("importMode=VALIDATE&importReportMode=FULL&skipSharing=true")
    assert (_counts(tried), tried.json()["response"]["importMode"]) == ((6, 0, 0, 6), "VALIDATE")
    assert post.elements() == []
    assert _counts(post()) == (6, 0, 0, 6)
    assert post.elements() == [OWN["dataElements"][0]["name"]]
    assert _counts(post("importMode=VALIDATE&importStrategy=UPDATE", _renamed("Khác"))) == (0, 1, 0, 1)
    assert post.elements() == [OWN["dataElements"][0]["name"]]


def test_creating_alone_and_changing_alone(post: Any) -> None:
    answer = post("importStrategy=UPDATE")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "HS5532")
    assert _counts(post("importStrategy=CREATE&atomicMode=ALL&identifier=UID")) == (6, 0, 0, 6)
    one_more = {"categoryOptions": [{"id": "optionCCCCC", "name": "Tối"}, OWN["categoryOptions"][0]]}
    answer = post("importStrategy=CREATE", one_more)
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "HS5531")
    assert _counts(post("importStrategy=UPDATE", _renamed("Tên mới"))) == (0, 1, 0, 1)
    assert post.elements() == ["Tên mới"]
    assert _counts(post("importStrategy=CREATE_AND_UPDATE", one_more)) == (1, 1, 0, 2)  # nothing of it stood before


def test_shipped_objects_are_passed_over_whatever_the_strategy(post: Any) -> None:
    shipped = {"dataElements": [{"id": uid_of("element:DELIV"), "name": "x", "valueType": "TEXT"}]}
    for strategy in ("CREATE", "UPDATE"):
        assert _counts(post(f"importStrategy={strategy}", shipped)) == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("importStrategy=DELETE", "HS5530"),
        ("atomicMode=NONE", "HS5530"),
        ("mergeMode=MERGE", "HS5530"),
        ("identifier=CODE", "HS5530"),
        ("skipValidation=true", "HS5530"),
        ("async=true", "HS5530"),
        ("importMode=MAYBE", "HS7001"),
        ("importStrategy=SOME", "HS7001"),
        ("dryRun=true", "HS7033"),  # of values, not of definitions
    ],
)
def test_a_wish_that_is_not_met_is_refused(query: str, code: str, post: Any) -> None:
    answer = post(query)
    assert answer.status_code >= 400 and answer.json()["errorCode"] == code
    assert post.elements() == []


def test_a_narrow_scope_opens_what_it_names_and_nothing_else(account_with_role: Callable[..., Account]) -> None:
    designer = account_with_role("statistics_designer")
    scopes = "__dhis2/dataElements.rs"
    app = registered(designer, scopes=scopes)
    token = Flow(app, signed_in(designer, second_factor=True), scopes).tokens()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    for address, status in (
        ("dataElements?pageSize=1", 200), ("dataElements/" + uid_of("element:DELIV"), 200), ("me", 200),
        ("organisationUnits?pageSize=1", 403), ("dataValueSets", 403), ("analytics", 403), ("metadata", 403),
    ):  # fmt: skip
        answer = Browser().get(f"/dhis2/api/{address}", headers=headers)
        assert answer.status_code == status, address
        assert status == 200 or answer.json()["errorCode"] == "HS2255"
    assert (
        Browser().post("/dhis2/api/metadata", {}, content_type="application/json", headers=headers).status_code == 403
    )
