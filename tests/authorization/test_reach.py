"""What a token opens: never more than the account's roles, only what its scopes say, only where it is meant for."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import Permit, permits
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from hoso.web.sign_in import identify
from tests.authorization.flow import FHIR, Backend, Browser, Flow, call_api, service_account

Make = Callable[..., Flow]


def actor_of(token: str, path: str = "/api/v1/x", scheme: str = "Bearer") -> Actor | None:
    request = RequestFactory(SERVER_NAME="localhost").get(path, headers={"authorization": f"{scheme} {token}"})
    return identify(request, "test")


def permissions(actor: Actor | None) -> set[str]:
    assert actor is not None
    return {permission for role in actor.roles for permission in role.permissions}


@pytest.mark.smart(95, 119, 145)
def test_scopes_narrow_the_roles(flow: Make) -> None:
    token = flow(scope="__hoso/person.search __hoso/account.manage").tokens()["access_token"]
    assert permissions(actor_of(token)) == {"person.search"}
    assert call_api(token).status_code == 403
    assert "package.read" in permissions(actor_of(flow(scope="__hoso/*").tokens()["access_token"]))


@pytest.mark.smart(119, 245)
def test_a_role_that_ends_ends_in_the_token(flow: Make, officer: Account) -> None:
    token = flow().tokens()["access_token"]
    assert call_api(token).status_code == 404
    with as_operator():
        officer.assignments.update(valid_to="2021-01-01")
    assert call_api(token).status_code == 403


@pytest.mark.smart(96)
def test_a_token_for_one_api_does_not_open_another(flow: Make) -> None:
    app = flow(scope="__hoso/package.read user/Observation.rs")
    app.changes = {"aud": FHIR}
    token = app.tokens()["access_token"]
    assert call_api(token).status_code == 401
    assert actor_of(token, "/fhir/r4/Observation") is not None
    assert actor_of(token, "/fhir/r4x/Observation") is None
    app.changes = {"aud": "http://localhost/api/v1"}
    token = app.tokens()["access_token"]
    assert call_api(token).status_code == 404
    assert actor_of(token, "/fhir/r4/Observation") is None


def test_fhir_scopes_open_neither_pages_nor_the_own_api(flow: Make, backend: Callable[..., Backend]) -> None:
    token = backend(scope="system/*.cruds", account=service_account("intake_officer")).ask().json()["access_token"]
    assert permissions(actor_of(token)) == set()
    assert {"person.search", "record.write"} <= permissions(actor_of(token, "/fhir/r4/Patient"))
    assert actor_of(token, "/intake/people/") is None
    page = Browser().get("/intake/people/?q=an", headers={"authorization": f"Bearer {token}"})
    assert page.status_code == 302


@pytest.mark.smart(77, 94)
@pytest.mark.parametrize("value", ["hosoat_", "hosoat_" + "a" * 43, "hosort_x", "hoso_x", "", "\x00", "d2pat_x"])
@pytest.mark.django_db
def test_an_unknown_token_opens_nothing(value: str) -> None:
    for scheme in ("Bearer", "ApiToken", "Basic"):
        assert (
            Browser().get("/api/v1/intake/packages/1", headers={"authorization": f"{scheme} {value}"}).status_code
            == 401
        )


def test_roles_that_want_a_second_factor_want_it_of_software_too(
    flow: Make, account_with_role: Callable[..., Account]
) -> None:
    administrator = account_with_role("administrator")
    for second_factor in (False, True):
        token = flow(
            scope="__hoso/account.manage", account_at_screen=administrator, second_factor=second_factor
        ).tokens()["access_token"]
        request = RequestFactory(SERVER_NAME="localhost").get("/api/v1/x", headers={"authorization": f"Bearer {token}"})
        assert _answer(request) == (200 if second_factor else "HS2002")
    own = issue_token(administrator, "own")
    assert _answer(RequestFactory().get("/api/v1/x", headers={"authorization": f"Bearer {own}"})) == "HS2002"


def _answer(request: Any) -> Any:
    import json

    from django.http import HttpResponse

    from hoso.web.routes import Declaration, govern

    view = govern(lambda request: HttpResponse(), Declaration("x", "account.manage", "administration", False))
    answer: Any = view(request)
    return answer.status_code if answer.status_code == 200 else json.loads(answer.content)["code"]


# What FHIR and DHIS2 ask: permits.


def _actor(*scopes: str, patient: str = "") -> Actor:
    return Actor(1, "x", "x", scopes=scopes, patient=patient)


@pytest.mark.smart(95, 123, 136, 140, 142, 144, 266, 367, 368, 369, 370)
@pytest.mark.parametrize(
    ("scopes", "asked", "expected"),
    [
        (["user/Observation.rs"], ("Observation", "read"), [Permit()]),
        (["user/Observation.rs"], ("Observation", "search"), [Permit()]),
        (["user/Observation.rs"], ("Observation", "create"), []),
        (["user/Observation.rs"], ("Patient", "read"), []),
        (["user/Observation.r"], ("Observation", "search"), []),
        (["user/Observation.u"], ("Observation", "update"), [Permit()]),
        (["user/*.cruds"], ("NewType", "delete"), [Permit()]),
        (["user/Observation.read"], ("Observation", "search"), [Permit()]),
        (["user/Observation.write"], ("Observation", "search"), []),
        (["user/Observation.write"], ("Observation", "delete"), [Permit()]),
        (["user/*.*"], ("Claim", "create"), [Permit()]),
        (["system/*.rs"], ("Claim", "read"), [Permit()]),
        (["patient/*.rs"], ("Claim", "read"), [Permit(patient="P1")]),
        (["patient/Observation.rs?category=laboratory"], ("Observation", "search"), [Permit("P1", "category=laboratory")]),
        (["patient/Observation.rs?category=a", "user/Observation.rs?category=b"], ("Observation", "search"), [Permit("P1", "category=a"), Permit("", "category=b")]),
        (["patient/Observation.rs?category=a", "user/Observation.rs"], ("Observation", "search"), [Permit()]),
        (["openid", "__hoso/*"], ("Observation", "read"), []),
        (["__dhis2/*.cruds"], ("Observation", "read"), []),
    ],
)  # fmt: skip
def test_a_scope_is_checked_by_type_and_interaction(scopes: list[str], asked: Any, expected: list[Permit]) -> None:
    assert list(permits(_actor(*scopes, patient="P1"), *asked)) == expected


def test_without_a_patient_in_context_a_patient_scope_opens_nothing() -> None:
    assert permits(_actor("patient/*.rs"), "Observation", "read") == ()


def test_dhis2_has_scopes_of_its_own() -> None:
    assert permits(_actor("__dhis2/dataValueSets.cr"), "dataValueSets", "create", "dhis2") == (Permit(),)
    assert permits(_actor("__dhis2/dataValueSets.cr"), "dataElements", "read", "dhis2") == ()
    assert permits(_actor("user/*.cruds"), "dataElements", "read", "dhis2") == ()


def test_a_session_has_no_limits_but_its_roles() -> None:
    assert permits(Actor(1, "x", "x"), "Observation", "delete") == (Permit(),)


# Tokens of an account, in our shape and in DHIS2's; passwords of software.


def test_a_dhis2_token_is_one_of_ours_in_their_shape(officer: Account) -> None:
    import re
    import zlib

    token = issue_token(officer, "R script", scopes=["__hoso/package.read"], shape="dhis2")
    found = re.fullmatch(r"d2pat_([A-Za-z0-9]{32})(\d{10})", token)
    assert found
    assert int(found[2]) == zlib.crc32(found[1].encode())
    assert call_api(token, scheme="ApiToken").status_code == 404
    assert permissions(actor_of(token, scheme="ApiToken")) == {"package.read"}
    mistyped = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert call_api(mistyped, scheme="ApiToken").status_code == 401


def basic(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def test_basic_is_for_software_alone(officer: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = service_account("intake_officer")
    for account in (machine, officer):
        account.set_password("mot-mat-khau-dai-2026")
        account.save()
    assert call_api(basic(machine.username, "mot-mat-khau-dai-2026"), scheme="Basic").status_code == 404
    assert call_api(basic(officer.username, "mot-mat-khau-dai-2026"), scheme="Basic").status_code == 401
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(machine, generate_totp_secret())
    assert call_api(basic(machine.username, "mot-mat-khau-dai-2026"), scheme="Basic").status_code == 401


def test_guessing_a_password_is_braked(officer: Account) -> None:
    machine = service_account()
    machine.set_password("mot-mat-khau-dai-2026")
    machine.save()
    for _ in range(5):
        assert call_api(basic(machine.username, "sai"), scheme="Basic").status_code == 401
    assert call_api(basic(machine.username, "mot-mat-khau-dai-2026"), scheme="Basic").status_code == 429
    other = Browser(REMOTE_ADDR="10.1.1.1")
    header = {"authorization": f"Basic {basic(machine.username, 'mot-mat-khau-dai-2026')}"}
    assert other.get("/api/v1/intake/packages/1", headers=header).status_code in (403, 404)
