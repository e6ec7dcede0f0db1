"""The gateway of the insurer's shape: closed by default, its answers, its limits."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.claim_packages import CHECK_IN, package, sample_3176
from tests.intaking import rows

from hoso.core.access.actor import Actor
from hoso.core.accounts.insurer_secrets import issue_secret, md5_of
from hoso.core.places.facilities import ensure_facility
from hoso.web.bhxh import views

pytestmark = pytest.mark.django_db
SEND, TOKEN = "/bhxh/api/qd130/guiHoSoXmlQD3176", "/bhxh/api/token/take"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def opened(settings: Any, tmp_path: Path) -> None:
    settings.HOSO_HOME = tmp_path
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INSURER_GATEWAY": True}


@pytest.fixture
def secret(opened: None, actor: Callable[..., Actor]) -> str:
    return md5_of(issue_secret(actor("administrator"), ensure_facility("01000")).password)


def ask(path: str, fields: dict[str, str], **headers: str) -> dict[str, Any]:
    response = Client().post(path, json.dumps(fields), "application/json", headers=headers)
    assert response.status_code < 500
    answer: dict[str, Any] = json.loads(response.content)
    return answer


@pytest.fixture
def session(secret: str) -> dict[str, str]:
    key = ask(TOKEN, {"username": "01000_BV", "password": secret})["APIKey"]
    return {"accessToken": key["access_token"], "tokenId": key["id_token"], "passwordHash": secret}


def body(content: bytes | None = None, **other: str) -> dict[str, str]:
    whole = package(sample_3176()) if content is None else content
    sent = {"username": "01000_BV", "loaiHoSo": "130", "maTinh": "01", "maCSKCB": "01000"}
    return {**sent, "fileHSBase64": b64encode(whole).decode(), **other}


def test_closed_unless_opened() -> None:
    for path in (TOKEN, SEND):
        response = Client().post(path, {})
        assert (response.status_code, response.json()["maKetQua"]) == (404, "404")
        assert "HS3300" in response.json()["thongDiep"]


def test_what_is_sent_is_acknowledged_and_waits(session: dict[str, str]) -> None:
    answer = ask(SEND, body(), **session)
    assert answer["maKetQua"] == "200"
    assert rows("SELECT key::text, state, channel, stated_version FROM intake_package") == [
        (answer["maGiaoDich"], "waiting", "gateway", "qd3176")
    ]


def test_a_form_with_unescaped_plus_signs_and_lines_is_read(session: dict[str, str]) -> None:
    text = b64encode(package(sample_3176())).decode()
    assert "+" in text
    broken = "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    sent = f"username=01000_BV&loaiHoSo=130&maTinh=01&maCSKCB=01000&fileHSBase64={broken}"  # "+" stays unescaped
    response = Client().post(SEND, sent, FORM, headers=session)
    assert response.json()["maKetQua"] == "200"


def test_a_check_in_goes_to_its_own_address(session: dict[str, str]) -> None:
    answer = ask("/bhxh/api/qd130/checkInKcbQd3176", body(CHECK_IN.read_bytes(), loaiHoSo="0"), **session)
    assert answer["maKetQua"] == "200"


@pytest.mark.parametrize(
    ("sent", "code", "result"),
    [
        (body(loaiHoSo="0"), "HS3305", "205"),
        (body(maCSKCB="01999"), "HS3015", "403"),
        (body(username="79001_BV"), "HS3304", "205"),
        (body(fileHSBase64="@@@"), "HS3307", "205"),
        (body(fileHSBase64=""), "HS3012", "205"),
        (body(fileHSBase64="ĐĐ"), "HS3307", "205"),
        (body(b"<GIAMDINHHS>"), "HS3002", "205"),
        (body(b"<A/>"), "HS3003", "205"),
        (body(b"<!DOCTYPE a><GIAMDINHHS/>"), "HS3001", "205"),
        (body(package([sample_3176()] * 2)), "HS3308", "500"),
        (body(package(sample_3176(), facility="01999")), "HS3015", "403"),
    ],
)
def test_what_is_not_received_is_said_so(sent: dict[str, str], code: str, result: str, session: dict[str, str]) -> None:
    answer = ask(SEND, sent, **session)
    assert (answer["maKetQua"], answer["maGiaoDich"], answer["thongDiep"][:6]) == (result, "", code)
    assert rows("SELECT 1 FROM intake_package") == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1]", b"[" * 100_000, b"{"])
def test_a_body_that_is_no_form_is_refused(content: bytes, session: dict[str, str]) -> None:
    response = Client().post(SEND, content, "application/json", headers=session)
    assert response.json()["thongDiep"][:6] == "HS3304"


def test_a_body_too_large_is_refused_before_it_is_read(
    session: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoso.web.bhxh.forms.MOST_BYTES", 1000)
    response = Client().post(SEND, "x" * 2000, FORM, headers=session)
    assert (response.status_code, response.json()["maKetQua"]) == (413, "413")


def test_without_a_session_or_with_half_of_one_nothing_goes_in(session: dict[str, str]) -> None:
    for headers in ({}, {**session, "passwordHash": md5_of("x")}, {**session, "tokenId": ""}):
        assert ask(SEND, body(), **headers)["thongDiep"][:6] == "HS3302"
    assert rows("SELECT 1 FROM intake_package") == []


def test_a_session_of_the_gateway_opens_nothing_else(session: dict[str, str]) -> None:
    assert Client().get("/intake/", headers=session).status_code == 302
    assert Client().get("/api/v1/intake/packages/1", headers=session).status_code == 401


def test_guessing_is_slowed_down_for_that_address_alone(secret: str) -> None:
    wrong = {"username": "01000_BV", "password": md5_of("x")}
    told = [ask(TOKEN, wrong)["maKetQua"]]
    while told[-1] == "401" and len(told) <= 2 * views.FAILURES:  # the quarter of an hour may end among them
        told.append(ask(TOKEN, wrong)["maKetQua"])
    assert told[-1] == "429"
    assert len(told) > views.FAILURES
    fields = json.dumps({"username": "01000_BV", "password": secret})
    response = Client().post(TOKEN, fields, "application/json", REMOTE_ADDR="127.0.0.1")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    other = Client().post(TOKEN, fields, "application/json", REMOTE_ADDR="192.0.2.7")
    assert other.json()["maKetQua"] == "200"


def test_sending_too_fast_is_slowed_down(session: dict[str, str], settings: Any) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INSURER_GATEWAY_RATE": 2}
    results = [ask(SEND, body(), **session)["maKetQua"] for _ in range(4)]
    assert results.count("429") >= 1 and results[0] == "200"


def test_the_administrators_page_issues_rotates_and_revokes(
    opened: None, account_with_role: Callable[..., Any], settings: Any
) -> None:
    from tests.conformance.test_every_route_is_audited import _with_second_factor

    from hoso.core.accounts.models import Credential

    ensure_facility("01000")
    account = account_with_role("administrator")
    client = Client()
    client.force_login(account)
    _with_second_factor(client, account)
    page = client.post("/accounts/gateway/issue/", {"facility": "01000"})
    assert page.status_code == 200 and "01000_BV" in page.content.decode()
    assert "HS3300" not in page.content.decode()
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INSURER_GATEWAY": False}
    assert "HS3300" in client.get("/accounts/gateway/").content.decode()  # the page says that nobody can send
    assert client.post("/accounts/gateway/rotate/", {"username": "01000_BV"}).status_code == 200
    assert Credential.objects.filter(revoked_at=None).count() == 2
    assert client.post("/accounts/gateway/revoke/", {"username": "01000_BV", "reason": "thử"}).status_code == 302
    assert Credential.objects.filter(revoked_at=None).count() == 0
    assert client.post("/accounts/gateway/issue/", {"facility": "99999"}).status_code == 400
