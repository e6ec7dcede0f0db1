"""The API by its declarations: a token opens it, a session alone writes nothing, unknown words are refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.web.api.schema import schema

PACKAGES, TERMINOLOGY = "/api/v1/intake/packages", "/api/v1/terminology"


@pytest.fixture
def token(account_with_role: Callable[..., Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(account_with_role('intake_officer'), 'test')}"}


@pytest.mark.django_db
def test_without_a_token_nothing_is_taken_in(client: Client, account_with_role: Callable[..., Any]) -> None:
    client.force_login(
        account_with_role("intake_officer"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = client.post(PACKAGES, b"<a/>", content_type="application/xml")
    assert answer.status_code == 401
    assert answer.json()["code"] == "HS2003"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"{PACKAGES}/999999", 404, "HS5001"), (f"{PACKAGES}/999999/findings", 404, "HS5001"),
        (f"{PACKAGES}/1?colour=red", 400, "HS9004"), (f"{PACKAGES}/1/findings?limit=ten", 400, "HS9004"),
        (f"{PACKAGES}/1/findings?limit=0", 400, "HS9004"),
    ],
)  # fmt: skip
def test_refusals_are_coded(client: Client, token: dict[str, str], address: str, status: int, code: str) -> None:
    answer = client.get(address, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.django_db
def test_a_body_of_another_kind_is_refused(client: Client, token: dict[str, str]) -> None:
    answer = client.post(PACKAGES, b"x", content_type="text/plain", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "HS3011")


def test_the_schema_names_every_operation_and_the_token() -> None:
    described = schema()
    assert set(described["paths"]) == {
        PACKAGES, f"{PACKAGES}/{{package_id}}", f"{PACKAGES}/{{package_id}}/findings",
        "/api/v1/oversight/events", "/api/v1/oversight/fhir/AuditEvent",
        "/api/v1/statistics/figures", "/api/v1/statistics/cell-history",
        "/api/v1/statistics/reports/{data_set}/{unit}/{period}", "/api/v1/statistics/reports/{data_set}/{unit}/{period}/file",
        f"{TERMINOLOGY}/changes", f"{TERMINOLOGY}/scan", f"{TERMINOLOGY}/systems/{{system}}/versions/{{version}}",
    }  # fmt: skip
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
