"""Authorization code with PKCE: what it gives, and every way of taking what is not one's own."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from tests.authorization.flow import (
    CALLBACK,
    FHIR,
    Browser,
    Flow,
    answer_of,
    call_api,
    events,
    post_token,
    registered,
    signed_in,
)

Make = Callable[..., Flow]


@pytest.mark.smart(24, 31, 53, 56, 57, 59, 73, 74, 75, 76, 78, 84, 85, 88, 94, 134, 205, 353, 355)
def test_a_public_app_gets_in(flow: Make) -> None:
    app = flow()
    asked = app.ask()
    assert "App public" in asked.content.decode()
    answered = app.decide()
    assert answered.status_code == 302
    assert answered["Location"].startswith(CALLBACK + "?")
    assert answer_of(answered)["state"] == app.state
    given = app.exchange(answer_of(answered)["code"])
    assert given.status_code == 200
    token = given.json()
    assert set(token) == {"token_type", "access_token", "expires_in", "scope"}
    assert (token["token_type"], token["scope"]) == ("Bearer", "__hoso/package.read")
    assert len(token["access_token"]) < 60
    assert call_api(token["access_token"]).status_code == 404


@pytest.mark.smart(86, 87)
def test_answers_of_the_token_endpoint_are_kept_by_nobody(flow: Make) -> None:
    app = flow()
    for answer in (app.exchange(app.code()), app.exchange("wrong")):
        assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")


@pytest.mark.smart(356)
def test_a_secret_is_asked_of_those_who_have_one(flow: Make) -> None:
    app = flow("symmetric")
    code = app.code()
    assert app.exchange(code, client_secret=None).json()["error"] == "invalid_client"
    assert app.exchange(code, client_secret="guess").json()["error"] == "invalid_client"
    assert app.exchange(code).status_code == 200


def test_a_secret_may_come_by_basic_authentication_but_not_twice(flow: Make) -> None:
    app = flow("symmetric")
    proof = base64.b64encode(f"{app.client_id}:{app.handed.secret}".encode()).decode()
    form: dict[str, str | None] = {
        "grant_type": "authorization_code", "code": app.code(), "redirect_uri": CALLBACK, "code_verifier": app.verifier,
    }  # fmt: skip
    twice = post_token(
        {**form, "client_id": app.client_id, "client_secret": app.handed.secret}, authorization=f"Basic {proof}"
    )
    assert twice.json()["error"] == "invalid_request"
    assert post_token(form, authorization=f"Basic {proof}").status_code == 200


@pytest.mark.smart(31)
@pytest.mark.parametrize("verifier", ["x" * 43, None, "short"])
def test_a_wrong_verifier_gets_nothing(flow: Make, verifier: str | None) -> None:
    app = flow()
    answer = app.exchange(app.code(), code_verifier=verifier)
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_request")


@pytest.mark.smart(14, 15)
@pytest.mark.parametrize("changes", [{"code_challenge_method": "plain"}, {"code_challenge_method": None}, {"code_challenge": None, "code_challenge_method": None}])  # fmt: skip
@pytest.mark.parametrize("kind", ["public", "symmetric"])
def test_pkce_is_never_weaker_than_s256(flow: Make, kind: str, changes: dict[str, str | None]) -> None:
    app = flow(kind)
    app.changes = changes
    answer = app.ask()
    assert answer.status_code == 302
    assert answer_of(answer)["error"] == "invalid_request"
    assert answer_of(app.decide())["error"] == "invalid_request"


@pytest.mark.smart(58)
def test_a_code_is_short_lived(flow: Make) -> None:
    app = flow()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = app.code()
        clock.shift(timedelta(seconds=61))
        assert app.exchange(code).json()["error"] == "invalid_grant"


def test_a_code_used_twice_ends_what_it_gave(flow: Make) -> None:
    app = flow(scope="__hoso/package.read offline_access")
    code = app.code()
    token = app.exchange(code).json()
    assert call_api(token["access_token"]).status_code == 404
    assert app.exchange(code).json()["error"] == "invalid_grant"
    assert call_api(token["access_token"]).status_code == 401
    assert app.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"
    assert any("code used twice" in event["reason"] for event in events("delete"))


def test_a_code_of_another_app_is_worth_nothing(flow: Make) -> None:
    mine, theirs = flow(), flow()
    code = theirs.code()
    assert mine.exchange(code, code_verifier=theirs.verifier).json()["error"] == "invalid_grant"
    assert theirs.exchange(code).status_code == 200


def test_the_redirect_address_of_code_and_exchange_must_be_one(flow: Make) -> None:
    app = flow(redirect_uris=[CALLBACK, CALLBACK + "/2"])
    assert app.exchange(app.code(), redirect_uri=CALLBACK + "/2").json()["error"] == "invalid_grant"


@pytest.mark.smart(18)
@pytest.mark.parametrize(
    "address",
    [
        CALLBACK + "/", CALLBACK + "?x=1", CALLBACK.upper(), "https://app.example.vn.evil.vn/callback",
        "https://evil.vn/callback", "//evil.vn", "javascript:alert(1)", CALLBACK + "#x", "", None,
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_is_not_registered(flow: Make, address: str | None) -> None:
    app = flow()
    app.changes = {"redirect_uri": address}
    for answer in (app.ask(), app.decide(), app.decide("deny")):
        assert answer.status_code == 400
        assert "HS2250" in answer.content.decode()
        assert "Location" not in answer.headers


@pytest.mark.smart(54)
def test_who_declines_is_believed(flow: Make) -> None:
    app = flow()
    answer = answer_of(app.decide("deny"))
    assert (answer["error"], answer["state"]) == ("access_denied", app.state)


@pytest.mark.smart(48, 49, 354)
def test_the_authorization_endpoint_takes_post_too(flow: Make) -> None:
    app = flow()
    led = app.browser.post("/oauth/authorize", app.question)
    assert led.status_code == 303
    assert "App public" in app.browser.get(led["Location"]).content.decode()


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(flow: Make) -> None:
    app = flow()
    sent = Browser().get("/oauth/authorize", app.question)
    assert sent["Location"].startswith("/sign-in/?next=%2Foauth%2Fauthorize%3F")


def test_the_answer_of_a_person_cannot_be_forged_from_another_site(flow: Make, officer: Account) -> None:
    app = flow()
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = app.browser.cookies
    app.browser = strict
    answer = app.decide()
    assert answer.status_code == 401
    assert "Location" not in answer.headers


def test_the_question_cannot_be_framed_and_its_form_leads_nowhere_else(flow: Make) -> None:
    asked = flow().ask()
    policy = asked["Content-Security-Policy"]
    assert asked["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example.vn" in policy
    assert asked["Cache-Control"] == "no-store"


def test_a_token_cannot_answer_the_question(flow: Make) -> None:
    app = flow()
    token = app.tokens()["access_token"]
    for scheme in (f"Bearer {token}", "Bearer hoso_x"):
        answer = Browser().get("/oauth/authorize", app.question, headers={"authorization": scheme})
        assert answer.status_code == 403
        assert "HS2252" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"), ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "nothing.of.ours"}, "invalid_scope"), ({"scope": None}, "invalid_scope"),
        ({"scope": "system/*.rs"}, "invalid_scope"), ({"aud": "https://evil.vn/fhir"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"), ({"request": "eyJ"}, "request_not_supported"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_to_the_app(flow: Make, changes: dict[str, str | None], error: str) -> None:
    app = flow(allowed="__hoso/package.read user/*.rs system/*.rs")
    app.changes = changes
    answer = app.ask()
    assert answer["Location"].startswith(CALLBACK)
    assert answer_of(answer) | {"error_description": ""} == {
        "error": error,
        "state": app.state,
        "error_description": "",
    }


def test_a_fhir_scope_needs_the_audience(flow: Make) -> None:
    app = flow(scope="user/Observation.rs")
    assert answer_of(app.ask())["error"] == "invalid_request"
    app.changes = {"aud": FHIR}
    assert app.ask().status_code == 200


@pytest.mark.smart(77, 91)
def test_a_token_ends_after_an_hour_at_most(flow: Make) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = flow().tokens()
        assert 0 < token["expires_in"] <= 3600
        clock.shift(timedelta(seconds=token["expires_in"] - 1))
        assert call_api(token["access_token"]).status_code == 404
        clock.shift(timedelta(seconds=1))
        assert call_api(token["access_token"]).status_code == 401


def test_a_client_that_is_closed_or_past_its_end_asks_nobody(flow: Make) -> None:
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import close_client

    app = flow()
    token = app.tokens()["access_token"]
    close_client(operator("test"), app.handed.client)
    assert call_api(token).status_code == 401
    assert "HS2250" in app.ask().content.decode()
    late = flow(days=1)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert "HS2250" in Flow(late.handed, signed_in(late.handed.client.owner)).ask().content.decode()


def test_a_client_of_a_facility_serves_its_people_only(
    flow: Make, officer: Account, account_with_role: Callable[..., Account]
) -> None:
    from hoso.core.places.models import Facility

    facility = Facility.objects.create(code="01001", name="Trạm thử", folded_name="tram thu", kind="station")
    here = account_with_role("facility_records_officer", facility=facility)
    handed = registered(officer, facility=facility)
    refused = Flow(handed, signed_in(officer))
    assert "HS2251" in refused.ask().content.decode()
    assert "HS2251" in refused.decide().content.decode()
    token = Flow(handed, signed_in(here)).tokens()["access_token"]
    assert call_api(token).status_code == 404
    with as_operator():
        here.assignments.update(valid_to=timezone.localdate())
    assert call_api(token).status_code == 401


def test_every_step_is_an_event_and_no_event_holds_a_secret(flow: Make) -> None:
    app = flow("symmetric", scope="__hoso/package.read offline_access")
    code = app.code()
    app.exchange(code, code_verifier="x" * 43)
    token = app.exchange(code).json()
    app.decide("deny")
    written = events()
    assert [(event["action"], event["outcome"]) for event in written if event["route"].startswith("oauth_")] == [
        ("create", "done"), ("refuse", "refused"), ("sign-in", "done"), ("refuse", "refused"),
    ]  # fmt: skip
    told = json.dumps(written)
    for secret in (code, app.verifier, app.handed.secret, token["access_token"], token["refresh_token"]):
        assert secret not in told
    assert app.client_id in told
