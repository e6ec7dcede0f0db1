"""Whatever software holds keeps to the account's hours, to its disuse, to its locking and leaving, as a session does."""

import base64
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.actions import lock_account, operator
from hoso.core.accounts.credentials import Shape, issue_token
from hoso.core.accounts.disuse import lock_unused
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import AccessHours, Account
from tests.authorization.flow import Backend, Browser, Flow, call_api, events, service_account

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
EVERY_DAY = 127
DAY = timedelta(days=1)
PASSWORD = "Mot-mat-khau-may-2026"


def _at(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=0, second=0) + DAY


def _works_from_7_to_17(account: Account, outside: str = "refuse") -> None:
    with as_operator():
        AccessHours.objects.create(account=account, days=EVERY_DAY, starts=time(7), ends=time(17), outside=outside)


def _basic(account: Account) -> Any:
    word = base64.b64encode(f"{account.username}:{PASSWORD}".encode()).decode()
    return call_api(word, scheme="Basic")


def _service() -> Account:
    account = service_account("facility_records_officer")
    account.set_password(PASSWORD)
    account.save()
    return account


# Access hours (AU8)


@pytest.mark.parametrize("outside", ["refuse", "step_up"])
@pytest.mark.parametrize(("shape", "scheme"), [("hoso", "Bearer"), ("dhis2", "ApiToken")])
def test_a_personal_token_sleeps_outside_of_hours(officer: Account, outside: str, shape: Shape, scheme: str) -> None:
    _works_from_7_to_17(officer, outside)
    token = issue_token(officer, "bảng tính", 90, shape=shape)
    with time_machine.travel(_at(16)):
        assert call_api(token, scheme=scheme).status_code == 404
    with time_machine.travel(_at(18)):
        answer = call_api(token, scheme=scheme)
        assert (answer.status_code, answer.json()["code"]) == (403, "HS2204")
    with time_machine.travel(_at(8) + DAY):
        assert call_api(token, scheme=scheme).status_code == 404
    refusal = events("refuse")[-1]
    assert (refusal["actor_id"], refusal["reason"]) == (officer.pk, "HS2204")


def test_an_access_token_and_its_refresh_token_sleep_outside_of_hours(
    flow: Callable[..., Flow], officer: Account
) -> None:
    _works_from_7_to_17(officer)
    with time_machine.travel(_at(16) + timedelta(minutes=30)):
        app = flow(scope="__hoso/package.read offline_access")
        tokens = app.tokens()
        assert call_api(tokens["access_token"]).status_code == 404
    with time_machine.travel(_at(17) + timedelta(minutes=10)):
        assert call_api(tokens["access_token"]).json()["code"] == "HS2204"
        refused = app.refresh(tokens["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    with time_machine.travel(_at(8) + DAY):
        assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_a_code_is_not_exchanged_outside_of_hours(flow: Callable[..., Flow], officer: Account) -> None:
    _works_from_7_to_17(officer)
    with time_machine.travel(_at(17) - timedelta(seconds=20)):
        app = flow()
        code = app.code()
    with time_machine.travel(_at(17) + timedelta(seconds=20)):
        assert app.exchange(code).json()["error"] == "invalid_grant"


def test_backend_services_get_no_token_outside_of_hours(backend: Callable[..., Backend]) -> None:
    account = service_account()
    _works_from_7_to_17(account)
    machine = backend(account=account)
    with time_machine.travel(_at(10)):
        assert machine.ask().status_code == 200
    with time_machine.travel(_at(20)):
        assert machine.ask().json()["error"] == "invalid_client"


def test_basic_is_refused_outside_of_hours() -> None:
    account = _service()
    _works_from_7_to_17(account)
    with time_machine.travel(_at(10)):
        assert _basic(account).status_code in (403, 404)
    with time_machine.travel(_at(20)):
        assert _basic(account).json()["code"] == "HS2204"


def test_introspection_says_that_a_token_sleeps(flow: Callable[..., Flow], officer: Account) -> None:
    _works_from_7_to_17(officer)
    with time_machine.travel(_at(16) + timedelta(minutes=30)):
        app = flow("symmetric")
        token = app.tokens()["access_token"]
        assert _introspect(app, token)["active"] is True
    with time_machine.travel(_at(17) + timedelta(minutes=10)):
        assert _introspect(app, token) == {"active": False}


def _introspect(app: Flow, token: str) -> Any:
    return Browser().post("/oauth/introspect", {"token": token, **app.proof()}).json()


# Disuse (AU7)


def test_a_token_nobody_used_for_45_days_locks_the_account(officer: Account) -> None:
    token = issue_token(officer, "bảng tính", 300)
    start = timezone.now()
    with time_machine.travel(start + 44 * DAY):
        assert call_api(token).status_code == 404
    with time_machine.travel(start + 90 * DAY):
        assert call_api(token).status_code == 401
        officer.refresh_from_db()
        assert (officer.is_active, officer.lock_reason) == (False, "disuse")
        assert call_api(token).status_code == 401
    assert ("update", "locked: disuse") in [(event["action"], event["reason"]) for event in events()]


def test_a_refused_try_keeps_no_account_in_use(officer: Account) -> None:
    _works_from_7_to_17(officer)
    token = issue_token(officer, "bảng tính", 300)
    with time_machine.travel(_at(18) + 30 * DAY):
        assert call_api(token).json()["code"] == "HS2204"
    with time_machine.travel(_at(10) + 46 * DAY):
        assert call_api(token).status_code == 401


def test_software_that_is_given_tokens_keeps_the_account_in_use(backend: Callable[..., Backend]) -> None:
    account = service_account()
    machine = backend(account=account)
    start = timezone.now()
    with time_machine.travel(start + 40 * DAY):
        assert machine.ask().status_code == 200
    with time_machine.travel(start + 80 * DAY):
        assert account.username not in lock_unused(operator("test"))
        assert machine.ask().status_code == 200
    with time_machine.travel(start + 126 * DAY):
        assert machine.ask().json()["error"] == "invalid_client"
        assert account.username in lock_unused(operator("test"))


def test_a_service_that_works_by_password_is_in_use() -> None:
    account = _service()
    start = timezone.now()
    with time_machine.travel(start + 40 * DAY):
        _basic(account)
    with time_machine.travel(start + 80 * DAY):
        assert account.username not in lock_unused(operator("test"))
    with time_machine.travel(start + 86 * DAY):
        assert _basic(account).status_code == 401
    account.refresh_from_db()
    assert account.lock_reason == "disuse"


# Locking and leaving


@pytest.mark.parametrize("reason", ["left", "administrator"])
def test_who_is_locked_or_leaves_takes_every_token_along(
    flow: Callable[..., Flow], officer: Account, reason: str
) -> None:
    own = issue_token(officer, "bảng tính", 90)
    app = flow(scope="__hoso/package.read offline_access")
    tokens = app.tokens()
    code = app.code()
    lock_account(operator("test"), officer.pk, reason)
    for token in (own, tokens["access_token"]):
        assert call_api(token).status_code == 401
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.exchange(code).json()["error"] == "invalid_grant"
