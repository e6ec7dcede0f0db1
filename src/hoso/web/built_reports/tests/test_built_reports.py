"""Built reports: text and questions in order, as page, PDF and XLSX; whoever opens one sees the own figures alone."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from lxml import html
from python_calamine import CalamineWorkbook

from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.explorer.tests.conftest import BACKEND

pytestmark = pytest.mark.django_db
DELIV = uid_of("element:DELIV")
Who = Callable[..., tuple[Client, Account]]


@pytest.fixture
def who(account_with_role: Callable[..., Account]) -> Who:
    def make(place: Place | None, role: str = "statistics_officer") -> tuple[Client, Account]:
        client, account = Client(), account_with_role(role, place=place)
        client.force_login(account, backend=BACKEND)
        return client, account

    return make


def change(client: Client, key: str, version: int, **words: str) -> Any:
    return client.post(f"/dashboards/{key}/edit/", {"version": str(version), **words})


def built(client: Client, place: str = "own/children", show: str = "column") -> str:
    """A report of a text, then deliveries by place."""
    answer = client.post("/built-reports/new/", {"title": "Báo cáo tháng"})
    found = re.search(r"own-[0-9a-f]{32}", answer["Location"])
    assert found
    key = found[0]
    assert change(client, key, 1, act="add_text", text="Đoạn một.\n\nĐoạn <b>hai</b> #1+1").status_code == 302
    address = f"?data={DELIV}&period=LAST_12_MONTHS&place={place}&rows=place&columns=&show={show}"
    added = client.post("/dashboards/add-tile/", {"board": key, "title": "Số đẻ", "address": address})
    assert added.status_code == 302, added.content.decode()[:500]
    return key


def tree(answer: Any) -> Any:
    return html.fromstring(answer.content.decode())


def text_of(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf).replace("\r\n", "\n")


def test_made_rearranged_and_every_version_kept(who: Who, places: list[Place]) -> None:
    client, _ = who(places[0].parent)
    key = built(client)
    page = tree(client.get(f"/built-reports/{key}/?period=202601"))
    assert page.xpath("//div[contains(@class,'report-text')]/p/text()") == ["Đoạn một.", "Đoạn <b>hai</b> #1+1"]
    (tile,) = page.xpath("//div[@hx-get]/@hx-get")
    assert "1230" in tree(client.get(tile)).xpath("//td/button/@value")
    edit = tree(client.get(f"/dashboards/{key}/edit/"))
    text, question = edit.xpath("//ol/li/@id")
    assert change(client, key, 3, act="later", tile=text.removeprefix("tile-")).status_code == 302
    assert change(client, key, 4, act="rewrite", tile=text.removeprefix("tile-"), text="Mới").status_code == 302
    assert change(client, key, 5, act="period", period="202601").status_code == 302
    edit = tree(client.get(f"/dashboards/{key}/edit/"))
    assert edit.xpath("//ol/li/@id") == [question, text]
    assert "1.230" in text_of(client.get(f"/built-reports/{key}/report.pdf").content)  # the period it was given
    assert change(client, key, 6, act="restore", of="3").status_code == 302
    assert change(client, key, 7, act="put_away")["Location"] == "/built-reports/"
    assert client.get(f"/built-reports/{key}/").status_code == 404


def test_on_paper_and_in_the_workbook_the_same_figures(who: Who, places: list[Place]) -> None:
    client, _ = who(places[0].parent)
    key = built(client)
    text = text_of(client.get(f"/built-reports/{key}/report.pdf?period=202601").content)
    for words in ("BÁO CÁO THÁNG", "Đoạn <b>hai</b> #1+1", "Số đẻ", places[0].full_name, "1.230", "1.240"):
        assert words in text, text
    book = CalamineWorkbook.from_filelike(
        BytesIO(client.get(f"/built-reports/{key}/report.xlsx?period=202601").content)
    )
    assert book.sheet_names == ["Báo cáo", "2. Số đẻ"]
    assert ["Đoạn một.\n\nĐoạn <b>hai</b> #1+1"] in book.get_sheet_by_index(0).to_python()
    rows = book.get_sheet_by_index(1).to_python()
    assert [places[0].full_name, 1230.0] in rows and rows[-1][1] == 1240.0


def test_rows_beyond_the_first_are_told_and_the_periods_have_dates(who: Who, places: list[Place]) -> None:
    """The total is of all rows, so that the sum of those that stand there is another: page, PDF and workbook say so."""
    client, _ = who(places[0].parent)
    key = built(client)
    address = f"?data={DELIV}&period=202601&place=own/children&rows=place&columns=&show=table&top=1"
    assert client.post("/dashboards/add-tile/", {"board": key, "title": "Một", "address": address}).status_code == 302
    said = "Còn 1 hàng không hiện; dòng Tổng là của tất cả."
    page = tree(client.get(f"/built-reports/{key}/?period=202601"))
    tiles = [client.get(address).content.decode() for address in page.xpath("//div[@hx-get]/@hx-get")]
    assert [said in one for one in tiles] == [False, True]
    text = text_of(client.get(f"/built-reports/{key}/report.pdf?period=202601").content)
    assert text.count(said) == 1
    assert said in str(_cells(client.get(f"/built-reports/{key}/report.xlsx?period=202601").content))
    dated = text_of(client.get(f"/built-reports/{key}/report.pdf?period=LAST_YEAR").content)
    last = date.today().year - 1
    assert re.search(rf"Kỳ: .+ \(Năm {last}\)", dated), dated


def test_readers_see_their_own_figures_never_the_maker_s(who: Who, places: list[Place]) -> None:
    """On the page, in the PDF and the workbook of a reader of one commune there is nothing of another."""
    province = places[0].parent
    assert province is not None
    owner, _ = who(province)
    key = built(owner, f"own/children;{unit_uid(places[0])};{unit_uid(province)}", "table")
    inside, other_role = who(places[1])[0], who(places[1], "statistics_approver")[0]
    assert change(owner, key, 3, act="share", role="statistics_officer", area=f"place:{province.pk}").status_code == 302
    assert [one.get(f"/built-reports/{key}/").status_code for one in (inside, other_role)] == [200, 404]
    of_other = re.compile(r"1\.?2[34]0")
    asked = f"?period=202601&place={unit_uid(province)}"
    for kind in ("pdf", "xlsx"):
        address = f"/built-reports/{key}/report.{kind}{asked}"
        mine, whole = inside.get(address).content, owner.get(address).content
        told = [text_of(one) if kind == "pdf" else str(_cells(one)) for one in (mine, whole)]
        assert not of_other.search(told[0]) and "10" in told[0] and of_other.search(told[1])
    assert inside.get(f"/dashboards/{key}/edit/").status_code == 409


def _cells(content: bytes) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_text_stands_in_reports_alone(who: Who, places: list[Place]) -> None:
    client, account = who(places[0])
    key = built(client, "own")
    assert "HS3450" in change(client, key, 3, act="add_text", text="x" * 5001).content.decode()
    copied = client.post("/dashboards/station/copy/")["Location"].split("/")[2]
    assert "HS3450" in change(client, copied, 1, act="add_text", text="x").content.decode()
    assert client.get(f"/dashboards/{key}/").status_code == client.get(f"/built-reports/{copied}/").status_code == 404
    assert client.get(f"/built-reports/{key}/report.csv").status_code == 400
    for of, other in (("report", "board"), ("board", "report")):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_transaction(account.pk, "statistics"):
            connection.cursor().execute(
                "UPDATE statistics_board SET version = version + 1, kind = %s WHERE kind = %s", [other, of]
            )
