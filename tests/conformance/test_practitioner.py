"""The Practitioner that the claim `fhirUser` names is served, to whom the scopes allow, and tells nothing more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from fhir.resources.R4B.practitioner import Practitioner

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from tests.authorization.conftest import flow, officer
from tests.authorization.flow import FHIR, Browser, Flow, signed_in
from tests.authorization.test_identity import verified

__all__ = ["flow", "officer"]
pytestmark = pytest.mark.django_db
Make = Callable[..., Flow]


def _token(flow: Make, scope: str) -> str:
    app = flow(scope=scope)
    app.changes = {"aud": FHIR}
    return str(app.tokens()["access_token"])


def _get(token: str, address: str) -> Any:
    return Browser().get(address.removeprefix("http://localhost"), headers={"authorization": f"Bearer {token}"})


def test_the_claim_leads_to_a_valid_resource(flow: Make, officer: Account) -> None:
    Account.objects.filter(pk=officer.pk).update(full_name="Trần Thị Thu Hà", email="ha@example.vn")
    given = flow(scope="openid fhirUser").tokens()
    answer = _get(given["access_token"], verified(given["id_token"])["fhirUser"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json; charset=utf-8")
    told = answer.json()
    assert Practitioner.model_validate(told).id == f"account-{officer.pk}"
    assert told["name"] == [
        {"use": "official", "text": "Trần Thị Thu Hà", "family": "Trần", "given": ["Thị Thu", "Hà"]}
    ]
    assert told["active"] is True
    assert "ha@example.vn" not in answer.content.decode()


def test_of_others_only_as_the_scopes_allow(flow: Make, officer: Account, account_with_role: Any) -> None:
    other = f"{FHIR}/Practitioner/account-{account_with_role('doctor').pk}"
    refused = _get(flow(scope="openid fhirUser").tokens()["access_token"], other)
    assert (refused.status_code, refused.json()["resourceType"]) == (403, "OperationOutcome")
    assert _get(_token(flow, "user/Practitioner.r"), other).status_code == 200
    assert _get(issue_token(officer, "bảng tính"), other).status_code == 200
    assert signed_in(officer).get(other.removeprefix("http://localhost")).status_code == 200
    own = f"{FHIR}/Practitioner/account-{officer.pk}"
    assert _get(_token(flow, "user/Observation.r"), own).status_code == 403


def test_who_is_no_member_of_staff_is_none_and_learns_of_none(officer: Account, account_with_role: Any) -> None:
    citizen = Account.objects.create_user("dan", None, full_name="Người dân", kind="citizen")
    token = issue_token(officer, "bảng tính")
    for unknown in (f"account-{citizen.pk}", "account-999999"):
        assert _get(token, f"{FHIR}/Practitioner/{unknown}").status_code == 404
    mine = issue_token(citizen, "bảng tính")
    assert _get(mine, f"{FHIR}/Practitioner/account-{officer.pk}").status_code == 404
    assert Client().get(f"/fhir/r4/Practitioner/account-{officer.pk}").status_code == 401


def test_it_is_read_and_nothing_else(officer: Account) -> None:
    token = issue_token(officer, "bảng tính")
    answer = Browser().put(f"/fhir/r4/Practitioner/account-{officer.pk}", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 405
    stated = Browser().get("/fhir/r4/metadata").json()["rest"][0]["resource"]
    (of_staff,) = [one for one in stated if one["type"] == "Practitioner"]
    assert "read" in [one["code"] for one in of_staff["interaction"]]
