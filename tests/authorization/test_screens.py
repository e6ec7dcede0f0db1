"""Registering software on screen, and a person's own page of software and tokens."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.models import Account, Credential
from tests.authorization.flow import CALLBACK, Browser, Flow, call_api, events, new_key, service_account, signed_in

FORM = {
    "name": "Sổ tiêm chủng", "kind": "symmetric", "owner": "canbo", "scopes": "openid __hoso/package.read",
    "redirect_uris": CALLBACK, "days": "365",
}  # fmt: skip


@pytest.fixture
def administrator(officer: Account, account_with_role: Callable[..., Account]) -> Browser:
    return signed_in(account_with_role("administrator", username="quantri"), second_factor=True)


@pytest.mark.smart(24, 18, 356)
def test_an_administrator_registers_software_and_sees_the_secret_once(administrator: Any) -> None:
    page = administrator.post("/clients/new/", FORM).content.decode()
    client = Client.objects.get()
    (secret,) = re.findall(r"<code>([\w-]{43})</code>", page)
    assert client.check_client_secret(secret)
    assert client.secret_hash.startswith("argon2")
    assert client.client_id in page
    again = administrator.get(f"/clients/{client.client_id}/").content.decode()
    assert secret not in again
    assert "Sổ tiêm chủng" in administrator.get("/clients/").content.decode()
    renewed = administrator.post(f"/clients/{client.client_id}/secret/").content.decode()
    client.refresh_from_db()
    assert not client.check_client_secret(secret)
    assert client.check_client_secret(re.findall(r"<code>([\w-]{43})</code>", renewed)[0])
    administrator.post(f"/clients/{client.client_id}/close/")
    client.refresh_from_db()
    assert not client.lives
    done = [(event["action"], event["actor_name"]) for event in events() if event["object"].startswith("Client/")]
    assert [action for action, name in done if name == "quantri"][-3:] == ["create", "update", "delete"] or [
        action for action, name in done if name == "quantri" and action != "read"
    ] == ["create", "update", "delete"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": "http://app.example.vn/cb"}, {"redirect_uris": "https://*.example.vn/cb"}, {"redirect_uris": "javascript:alert(1)"},
        {"redirect_uris": CALLBACK + "#x"}, {"redirect_uris": "https://u:p@x.vn/"}, {"redirect_uris": ""}, {"redirect_uris": "myapp:/cb"},
        {"scopes": "patient/Observation.sr"}, {"scopes": ""}, {"scopes": "everything"}, {"days": "9999"}, {"days": "x"},
        {"owner": "khongco"}, {"facility": "99999"}, {"kind": "other"}, {"kind": "asymmetric"}, {"jwks": "{}"}, {"account": "canbo"},
        {"name": " "}, {"kind": "asymmetric", "jwks_uri": "http://x.vn/jwks"}, {"kind": "asymmetric", "jwks": "[]"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_registered(administrator: Any, changes: dict[str, str]) -> None:
    page = administrator.post("/clients/new/", {**FORM, **changes})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert not Client.objects.exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9000/cb", "vn.example.app:/cb", "https://app.example.vn/cb?x=1"])
def test_these_addresses_may_be_registered(administrator: Any, address: str) -> None:
    administrator.post("/clients/new/", {**FORM, "redirect_uris": address})
    assert Client.objects.get().redirect_uris == [address]


@pytest.mark.smart(306)
def test_whoever_pastes_keys_is_reminded_to_keep_them_current(administrator: Any) -> None:
    assert "whenever they change" in _english(administrator, "/clients/new/")


@pytest.mark.smart(297)
def test_keys_are_registered_as_a_set(administrator: Any) -> None:
    import json

    machine = service_account()
    form = {
        **FORM,
        "kind": "asymmetric",
        "redirect_uris": "",
        "jwks": json.dumps(new_key().jwks),
        "account": machine.username,
    }
    administrator.post("/clients/new/", form)
    assert Client.objects.get().account == machine


def _english(browser: Any, address: str) -> str:
    browser.post("/language/", {"language": "en", "next": "/"})
    text: str = browser.get(address).content.decode()
    return text


def test_only_an_administrator_with_a_second_factor_registers(
    officer: Account, account_with_role: Callable[..., Account]
) -> None:
    assert signed_in(officer).post("/clients/new/", FORM).status_code == 403
    assert signed_in(account_with_role("administrator")).post("/clients/new/", FORM).status_code == 403
    assert not Client.objects.exists()


# One's own page.


def test_a_person_makes_a_token_with_some_of_their_rights(officer: Account) -> None:
    browser = signed_in(officer)
    form = {"name": "R script", "days": "30", "shape": "hoso", "scope": ["__hoso/package.read"]}
    page = browser.post("/security/software/token/", form).content.decode()
    (token,) = re.findall(r"<code>(hoso_[\w-]+)</code>", page)
    assert call_api(token).status_code == 404
    assert token not in browser.get("/security/software/").content.decode()
    assert "R script" in browser.get("/security/software/").content.decode()
    browser.post(f"/security/software/token/{Credential.objects.get().pk}/end/")
    assert call_api(token).status_code == 401
    dhis2 = browser.post("/security/software/token/", {**form, "shape": "dhis2"}).content.decode()
    assert re.search(r"<code>d2pat_\w{42}</code>", dhis2)


@pytest.mark.parametrize(
    "changes",
    [{"scope": []}, {"scope": ["__hoso/*"]}, {"scope": ["__hoso/account.manage"]}, {"scope": ["system/*.cruds"]}, {"days": "0"}, {"days": "366"}, {"days": "x"}, {"name": ""}],
    ids=str,
)  # fmt: skip
def test_a_token_cannot_be_made_for_more_than_one_has(officer: Account, changes: dict[str, Any]) -> None:
    form = {"name": "x", "days": "30", "scope": ["__hoso/package.read"], **changes}
    assert signed_in(officer).post("/security/software/token/", form).status_code == 400
    assert not Credential.objects.exists()


def test_nobody_ends_what_belongs_to_another(
    officer: Account, account_with_role: Callable[..., Account], flow: Callable[..., Flow]
) -> None:
    from hoso.core.accounts.authorization.models import Grant
    from hoso.core.accounts.credentials import issue_token

    token, app = issue_token(officer, "x"), flow()
    given = app.tokens()["access_token"]
    other = signed_in(account_with_role("doctor"))
    other.post(f"/security/software/token/{Credential.objects.get().pk}/end/")
    other.post(f"/security/software/grant/{Grant.objects.get().pk}/end/")
    assert [call_api(one).status_code for one in (token, given)] == [404, 404]


def test_a_token_makes_no_tokens(officer: Account) -> None:
    from hoso.core.accounts.credentials import issue_token

    header = {"authorization": f"Bearer {issue_token(officer, 'x')}"}
    form = {"name": "x", "days": "30", "scope": ["__hoso/package.read"]}
    assert "HS2252" in Browser().post("/security/software/token/", form, headers=header).content.decode()
    assert Credential.objects.count() == 1


@pytest.mark.smart(390)
def test_a_person_sees_the_software_they_allowed_and_ends_it(officer: Account, flow: Callable[..., Flow]) -> None:
    from hoso.core.accounts.authorization.models import Grant

    app = flow()
    token = app.tokens()["access_token"]
    assert "App public" in app.browser.get("/security/software/").content.decode()
    app.browser.post(f"/security/software/grant/{Grant.objects.get().pk}/end/")
    assert call_api(token).status_code == 401
    assert "App public" not in app.browser.get("/security/software/").content.decode()
