"""Refresh tokens: a new one each time, and the end of all when an old one comes back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from tests.authorization.flow import Flow, call_api, events

Make = Callable[..., Flow]
BOTH = "__hoso/package.read __hoso/person.search offline_access"


@pytest.mark.smart(79, 81, 89, 101, 102, 145, 365)
def test_only_who_asked_for_offline_access_gets_one(flow: Make) -> None:
    assert "refresh_token" not in flow().tokens()
    assert "refresh_token" in flow(scope=BOTH).tokens()
    assert "refresh_token" not in flow(scope=BOTH, allowed="__hoso/package.read").tokens()


@pytest.mark.smart(101, 103, 109, 110, 111, 112, 113, 114, 116)
@pytest.mark.parametrize("kind", ["public", "symmetric"])
def test_it_is_exchanged_for_new_ones(flow: Make, kind: str) -> None:
    app = flow(kind, BOTH)
    first = app.tokens()
    answer = app.refresh(first["refresh_token"])
    assert answer.status_code == 200
    second = answer.json()
    assert (second["token_type"], second["scope"], second["expires_in"]) == ("Bearer", first["scope"], 3600)
    assert second["refresh_token"] != first["refresh_token"]
    assert call_api(second["access_token"]).status_code == 404


@pytest.mark.smart(104, 115)
def test_less_may_be_asked_for_but_not_more(flow: Make) -> None:
    app = flow(scope=BOTH, allowed=BOTH + " __hoso/package.send")
    token = app.tokens()["refresh_token"]
    assert app.refresh(token, scope="__hoso/package.send").json()["error"] == "invalid_scope"
    less = app.refresh(token, scope="__hoso/person.search").json()
    assert less["scope"] == "__hoso/person.search"
    assert call_api(less["access_token"]).status_code == 403
    assert app.refresh(less["refresh_token"]).json()["scope"] == BOTH


def test_a_stolen_one_ends_the_whole_family(flow: Make) -> None:
    app = flow(scope=BOTH)
    stolen = app.tokens()
    fresh = app.refresh(stolen["refresh_token"]).json()
    assert app.refresh(stolen["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.refresh(fresh["refresh_token"]).json()["error"] == "invalid_grant"
    for token in (stolen["access_token"], fresh["access_token"]):
        assert call_api(token).status_code == 401
    assert any("refresh token used twice" in event["reason"] for event in events("delete"))


@pytest.mark.smart(103)
def test_one_of_another_app_is_worth_nothing(flow: Make) -> None:
    mine, theirs = flow(scope=BOTH), flow(scope=BOTH)
    token = theirs.tokens()["refresh_token"]
    assert mine.refresh(token).json()["error"] == "invalid_grant"
    assert theirs.refresh(token).status_code == 200


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_open(flow: Make) -> None:
    app = flow(scope=BOTH)
    token = app.tokens()
    assert app.refresh(token["access_token"]).json()["error"] == "invalid_grant"
    assert call_api(token["refresh_token"]).status_code == 401


def test_unused_for_a_month_or_after_half_a_year_the_person_is_asked_again(flow: Make) -> None:
    app = flow(scope=BOTH)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = app.tokens()["refresh_token"]
        months = 0
        while True:
            clock.shift(timedelta(days=29))
            answer = app.refresh(token)
            if answer.status_code != 200:
                break
            months, token = months + 1, answer.json()["refresh_token"]
        assert months == 6  # 174 days
        other = flow(scope=BOTH)
        token = other.tokens()["refresh_token"]
        clock.shift(timedelta(days=31))
        assert other.refresh(token).json()["error"] == "invalid_grant"


def test_closing_the_account_ends_everything_for_good(flow: Make, officer: Account) -> None:
    from hoso.core.accounts.credentials import issue_token

    app, own = flow(scope=BOTH), issue_token(officer, "own")
    token = app.tokens()
    for active in (False, True):
        with as_operator():
            Account.objects.filter(pk=officer.pk).update(is_active=active)
        assert call_api(token["access_token"]).status_code == 401
        assert call_api(own).status_code == 401
        assert app.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_database_brings_nothing_back(flow: Make) -> None:
    from django.db import ProgrammingError, transaction

    from hoso.core.accounts.authorization.models import Grant, Token

    app = flow(scope=BOTH)
    app.refresh(app.tokens()["refresh_token"])
    Grant.objects.update(revoked_at=timezone.now())
    for back in (Grant.objects.filter(), Token.objects.exclude(used_at=None)):
        fields = {"revoked_at": None} if back.model is Grant else {"used_at": None}
        with pytest.raises(ProgrammingError, match="cannot come back"), transaction.atomic():
            back.update(**fields)
