"""The report on paper: its figures are the API's, it says whether it is approved, and the approved one is the same bytes."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.engines.statistics.approval.tests.test_steps import World
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, unit_uid

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(actor: Callable[..., Actor]) -> World:
    world = World(actor)
    assert world.enter("DELIV", 1234) == [] and world.enter("DELIV_TEEN", 0) == []
    return world


@pytest.fixture
def officer(client: Client, account_with_role: Callable[..., Account], world: World) -> Client:
    token = issue_token(account_with_role("statistics_officer", place=world.place), "test")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def address(world: World) -> str:
    return f"/api/v1/statistics/reports/{FORM}/{world.name[2]}/{MONTH}"


def file(client: Client, world: World, query: str = "") -> bytes:
    answer = client.get(f"{address(world)}/file?{query}")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def text(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def approve(world: World) -> None:
    world.do(world.officer, "hand_in")
    world.do(world.tay_ninh, "approve")


def test_the_paper_says_whose_it_is_and_that_it_is_not_approved(officer: Client, world: World) -> None:
    told = text(file(officer, world))
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", world.place.full_name.upper(), "Biểu số: 4/BCT", "BẢN CHƯA DUYỆT",
        "Kỳ báo cáo: Tháng 1/2026 (01/01/2026 – 31/01/2026)", "bản dựng lại, chưa đối chiếu", "1.234", "NGƯỜI LẬP BÁO CÁO",
        "Ngày … tháng … năm",
    ):  # fmt: skip
        assert said.lower() in told.lower(), said
    officer.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = text(file(officer, world))
    assert "Not approved" in english and "1,234" in english


def test_the_figures_of_the_paper_are_those_of_the_api(officer: Client, world: World) -> None:
    figures = officer.get(address(world)).json()["figures"]
    assert figures == {"DELIV.": "1234", "DELIV_TEEN.": "0"}
    lines = re.findall(r"^\d+ .* ([\d.]+)\s*$", text(file(officer, world)), re.MULTILINE)
    assert sorted(lines) == ["0", "1.234"]
    rows = CalamineWorkbook.from_filelike(BytesIO(file(officer, world, "kind=xlsx"))).get_sheet_by_index(0).to_python()
    numbers = [Decimal(str(cell)) for row in rows for cell in row if isinstance(cell, float)]
    assert sorted(numbers) == [0, 1234]


def test_an_approved_version_is_the_same_bytes_after_a_correction(officer: Client, world: World) -> None:
    approve(world)
    first = file(officer, world)
    assert "Phiên bản 1" in text(first) and "chưa duyệt" not in text(first) and world.officer.name in text(first)
    sheet = file(officer, world, "kind=xlsx")
    world.do(world.tay_ninh, "reopen", "sai", open_until=timezone.now() + timedelta(days=1))
    assert world.enter("DELIV", 1300) == []
    assert "1.300" in text(file(officer, world)) and "Bản chưa duyệt" in text(file(officer, world))
    approve(world)
    assert "Phiên bản 2" in text(file(officer, world)) and "1.300" in text(file(officer, world))
    assert file(officer, world, "version=1") == first and file(officer, world, "version=1&kind=xlsx") == sheet
    told = officer.get(address(world)).json()
    assert (told["version"], told["state"], [one["version"] for one in told["versions"]]) == (2, "province", [1, 2])
    assert officer.get(f"{address(world)}/file?version=1").content == first


def test_nothing_for_another_commune_and_nothing_for_nonsense(
    officer: Client, account_with_role: Callable[..., Account], world: World
) -> None:
    approve(world)
    assert officer.get(f"{address(world)}/file?version=9").json()["code"] == "HS5490"
    for query in ("version=0", "version=x", "kind=docx"):
        assert officer.get(f"{address(world)}/file?{query}").json()["code"] == "HS9004", query
    stranger: dict[str, Any] = {
        "Authorization": f"Bearer {issue_token(account_with_role('statistics_officer', place=world.other), 'test')}"
    }
    for where in (address(world), f"{address(world)}/file", f"{address(world)}/file?version=1&kind=xlsx"):
        answer = officer.get(where, headers=stranger)
        assert answer.status_code == 409 and answer.json()["code"] == "HS7011" and b"1234" not in answer.content


def test_the_page_leads_to_the_files(client: Client, account_with_role: Callable[..., Account], world: World) -> None:
    approve(world)
    client.force_login(account_with_role("statistics_officer", place=world.place))
    page = f"/statistics/reports/{'/'.join((world.name[0], world.name[2], world.name[1]))}/"
    told = client.get(page).content.decode()
    for link in (f"{page}report.pdf", f"{page}report.xlsx", f"{page}report.pdf?version=1"):
        assert f'href="{link}"' in told
        answer = client.get(link)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert client.get(f"{page}report.docx").status_code == 400
    assert (
        f'{page}report.pdf"'
        in client.get(f"/statistics/{FORM}/{unit_uid(communes('80', 1)[0])}/{MONTH}/").content.decode()
    )
