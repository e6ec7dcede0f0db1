"""The workbook on the pages: downloaded, sent back, what was ticked is saved; another commune's officer gets none of it."""

import html
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, unit_uid
from hoso.engines.statistics.workbook.tests.editing import Edited

pytestmark = pytest.mark.django_db
MakeAccount = Callable[..., Account]


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def page(place: Place) -> str:
    return f"/statistics/{FORM}/{unit_uid(place)}/{MONTH}/"


def _sent(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("bieu.xlsx", content)}


def test_it_is_downloaded_compared_and_what_was_ticked_is_saved(
    client: Client, account_with_role: MakeAccount, place: Place, page: str
) -> None:
    client.force_login(account_with_role("statistics_officer", place=place))
    assert "workbook.xlsx" in client.get(page).content.decode()
    answer = client.get(f"{page}workbook.xlsx")
    assert answer["Content-Disposition"].endswith(f'_{MONTH}.xlsx"') and answer["Cache-Control"] == "no-store"
    edited = Edited(answer.content).fill("DELIV", 12).fill("DELIV_TEEN", "ba ca")
    text = client.post(f"{page}workbook/", _sent(edited.content())).content.decode()
    assert "HS5469" in text and "“ba ca” không phải là con số." in text and "Biểu 4-BCT!C" in text
    assert "Chưa có ô nào được lưu" in text
    choices = [html.unescape(one) for one in re.findall(r'name="cell" value="([^"]*)"[^>]* checked', text)]
    assert choices == ['["DELIV", [], "", "12"]']
    saved = client.post(f"{page}workbook/save/", {"cell": choices}, follow=True).content.decode()
    assert "Đã lưu 1 ô từ bảng tính." in saved and 'value="12" data-row="DELIV"' in saved
    again = client.post(f"{page}workbook/save/", {"cell": choices})
    assert again.status_code == 409 and "HS5473" in again.content.decode()
    assert client.post(f"{page}workbook/save/").status_code == 422  # nothing was ticked
    for strange in ("12", "[1]", '["DELIV",[],"12"]', '["DELIV",[1],"","1"]', '["DELIV","x","","1"]', "["):
        assert "HS9004" in client.post(f"{page}workbook/save/", {"cell": strange}).content.decode()


@pytest.mark.parametrize(("content", "code"), [(b"PK\x03\x04", "HS5460"), (b"x" * 5_000_001, "HS6194")])
def test_a_wrong_file_is_told_on_the_page(
    content: bytes, code: str, client: Client, account_with_role: MakeAccount, place: Place, page: str
) -> None:
    client.force_login(account_with_role("statistics_officer", place=place))
    answer = client.post(f"{page}workbook/", _sent(content))
    assert answer.status_code >= 400 and code in answer.content.decode() and 'id="workbook"' in answer.content.decode()
    assert client.post(f"{page}workbook/").status_code == 422  # no file


def test_nobody_else_gets_it(client: Client, account_with_role: MakeAccount, place: Place, page: str) -> None:
    client.force_login(account_with_role("statistics_officer", place=place))
    content = Edited(client.get(f"{page}workbook.xlsx").content).fill("DELIV", 12).content()
    neighbour = communes("80", 2)[1]
    for account, status in (
        (account_with_role("statistics_officer", place=neighbour), 409),
        (account_with_role("doctor"), 403),
    ):
        client.force_login(account)
        assert client.get(f"{page}workbook.xlsx").status_code == status
        assert client.post(f"{page}workbook/", _sent(content)).status_code == status
        assert client.post(f"{page}workbook/save/", {"cell": '["DELIV", [], "", "12"]'}).status_code == status
    client.force_login(account_with_role("statistics_officer", place=place))
    assert 'value="12"' not in client.get(page).content.decode()
