"""The page where a designer gives a bundle of definitions."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.web.tests.signing_in import with_second_factor

pytestmark = pytest.mark.django_db
Make = Callable[..., Account]
PAGE = "/statistics/definitions/"
BUNDLE = {
    "dataElements": [{"id": "elementAAAA", "code": "TRY_OUT", "name": "Chỉ tiêu thử", "valueType": "INTEGER"}],
    "charts": [],
}


@pytest.fixture
def designer(db: None, account_with_role: Make) -> Client:
    return with_second_factor(account_with_role("statistics_designer"))


def _give(client: Client, content: bytes) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("goi.json", content)}, follow=True)


def test_a_bundle_is_taken_in_and_told(designer: Client) -> None:
    page = _give(designer, json.dumps(BUNDLE).encode()).content.decode()
    assert "1 mới, 0 đổi" in page and "Không nhận: charts." in page
    assert "0 mới, 1 đổi" in _give(designer, json.dumps(BUNDLE).encode()).content.decode()
    found = designer.get("/dhis2/api/dataElements", {"filter": "code:eq:TRY_OUT"}).json()["dataElements"]
    assert [one["id"] for one in found] == ["elementAAAA"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "HS7002"),
        (b"[]", "HS7002"),
        (b'{"dataElements": [{"id": "x"}]}', "HS7004"),
        (b'{"dataElements": [7]}', "HS7004"),
    ],
)
def test_what_is_none_is_refused_with_its_code(content: bytes, code: str, designer: Client) -> None:
    answer = _give(designer, content)
    assert answer.status_code == 422 and code in answer.content.decode()


def test_an_officer_sees_no_such_page(client: Client, account_with_role: Make) -> None:
    client.force_login(account_with_role("statistics_officer"))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/statistics/").content.decode()
