"""What an error tells the asker: its code and words, never SQL, a stack or what was asked about; and every answer's headers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from hoso.config import urls as house
from hoso.web.routes import PUBLIC, route

NUMBER, NAME = "079099123457", "NGUYỄN THỊ MẪU"


def _raises(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"{NAME} {NUMBER}")


def _breaks_a_rule(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text FROM people_nowhere", [NUMBER])
    return HttpResponse()


def _casts(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::date", [NUMBER])
    return HttpResponse()


urlpatterns = [
    *house.urlpatterns,
    *(
        route(f"broken/{view.__name__}/", view, name=view.__name__, permission=PUBLIC, purpose=PUBLIC)
        for view in (_raises, _breaks_a_rule, _casts)
    ),
    path("broken/bare/", _raises),
]
handler404, handler500 = house.handler404, house.handler500
ADDRESSES = ["/broken/_raises/", "/broken/_breaks_a_rule/", "/broken/_casts/", "/broken/bare/"]


@pytest.fixture
def client(settings: Any, db: None) -> Iterator[Client]:
    settings.ROOT_URLCONF = __name__
    yield Client(raise_request_exception=False)


@pytest.mark.parametrize("accepted", ["text/html", "application/json"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unforeseen_error_tells_nothing_of_itself(address: str, accepted: str, client: Client) -> None:
    answer = client.get(address, headers={"accept": accepted})
    body = answer.content.decode()
    assert answer.status_code == 500
    assert "HS9001" in body
    for secret in (NUMBER, NAME, "people_nowhere", "SELECT", "Traceback", "psycopg", "ValueError", ".py"):
        assert secret not in body


def test_an_unknown_address_is_not_repeated_to_software(client: Client) -> None:
    answer = client.get(f"/api/v1/{NUMBER}", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert NUMBER not in answer.content.decode()


@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/broken/_raises/", "/api/v1/openapi.json", "/people/"])
def test_every_answer_has_the_headers_and_a_policy_without_exceptions(address: str, client: Client) -> None:
    headers = client.get(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) <= {"'none'", "'self'"}, "no unsafe-inline, no data:, no other host"
    assert {
        "script-src",
        "style-src",
        "img-src",
        "connect-src",
        "form-action",
        "base-uri",
        "frame-ancestors",
    } <= policy.keys()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_where_to_tell_a_weakness(client: Client, settings: Any) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_SECURITY_CONTACT": "mailto:an-toan@example.invalid"}
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Contact: mailto:an-toan@example.invalid\nExpires: 20" in answer.content.decode()


def test_a_packed_answer_has_no_telling_length(client: Client) -> None:
    """BREACH: the same page, packed, has another length each time, as Django adds bytes at random."""
    answers = [client.get("/sign-in/", headers={"accept-encoding": "gzip"}) for _ in range(12)]
    assert {answer.headers.get("Content-Encoding") for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1
