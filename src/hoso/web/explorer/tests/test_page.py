"""The Explorer's page: what stands in the table is what the API answers, and nobody sees more in it than there."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html
from python_calamine import CalamineWorkbook

from hoso.core.access.actor import Actor
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]
PAGE = "/statistics/explore/"
DELIV, TEEN = uid_of("element:DELIV"), uid_of("element:DELIV_TEEN")
FOUR, SHARE = uid_of("element:ANC4_3P"), uid_of("indicator:MAT02")
MONTHS = f"data={DELIV}&period=202601;202602&place=own/children&rows=place&columns=period"


def tree(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return html.fromstring(answer.content.decode())


def table(answer: Any) -> list[list[str]]:
    """The figures of the table by row, exact; the names of its rows before them."""
    return [
        [(cell.xpath(".//button/@value") or [""])[0] if cell.tag == "td" else cell.text_content() for cell in row]
        for row in tree(answer).xpath("//table[@id='pivot']//tr[td]")
    ]


def test_rows_columns_and_totals(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    one, other = places[0].full_name, places[1].full_name
    assert table(client.get(f"{PAGE}?{MONTHS}")) == [
        [one, "1230", "20", "1250"], [other, "10", "", "10"], ["Tổng", "1240", "20", "1260"],
    ]  # fmt: skip
    page = tree(client.get(f"{PAGE}?{MONTHS}"))
    assert page.xpath("//table[@id='pivot']/tbody/tr[1]/td[1]/button/text()") == ["1.230"]
    assert [head.text_content() for head in page.xpath("//table[@id='pivot']/thead//th")] == [
        "Nơi", "Tháng 1/2026", "Tháng 2/2026", "Tổng",
    ]  # fmt: skip
    assert "Cao nhất" in page.xpath("string(//p[@id='said'])") and "giảm 98,4 %" in page.xpath(
        "string(//p[@id='said'])"
    )


def test_the_total_of_an_indicator_is_asked_for_and_not_added_up(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    asked = f"{PAGE}?data={SHARE}&period=202601;202602&place=own/children&rows=place&columns=period"
    assert table(client.get(asked)) == [
        [places[0].full_name, "0.24390243902439024", "", "0.24"],
        [places[1].full_name, "", "", "40"],
        ["Tổng", "0.24193548387096775", "20", "0.5555555555555556"],
    ]


@pytest.mark.parametrize(
    ("more", "rows"),
    [
        ("&sort=total&order=ASC", [["10"], ["1250"]]),
        ("&sort=202601&order=DESC", [["1250"], ["10"]]),
        ("&sort=total&order=DESC&top=1", [["1250"]]),
    ],
)
def test_order_and_first_rows(more: str, rows: list[list[str]], enter: Enter, places: list[Place]) -> None:
    found = table(enter(places[0].parent).get(f"{PAGE}?{MONTHS}{more}"))
    assert [[row[-1]] for row in found[: len(rows)]] == rows


def test_dimensions_move_by_plain_links(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    page = tree(client.get(f"{PAGE}?{MONTHS}"))
    (address,) = page.xpath("//div[@id='chip-period']/a[@data-to='filters']/@href")
    assert table(client.get(PAGE + address)) == [
        [places[0].full_name, "1250"], [places[1].full_name, "10"], ["Tổng", "1260"],
    ]  # fmt: skip
    (address,) = page.xpath("//div[@id='chip-data']/a[@data-to='rows']/@href")
    assert table(client.get(PAGE + address))[0] == [places[0].full_name, "Tổng số phụ nữ đẻ", "1230", "20", "1250"]


def test_change_against_the_period_before_and_the_colour_scale(enter: Enter, places: list[Place]) -> None:
    page = tree(enter(places[0].parent).get(f"{PAGE}?{MONTHS}&change=1&scale=1"))
    cells = page.xpath("//table[@id='pivot']/tbody/tr[1]/td")
    assert cells[0].xpath("string(small)") == "tăng ▲ 23 %"
    assert cells[1].xpath("string(small)") == "giảm ▼ 98,4 %"
    assert [cell.get("class").split()[-1] for cell in cells[:2]] == ["s3-3", "s2-3"]


def test_a_figure_opens_to_what_it_was_made_of(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    address = f"{PAGE}figure/?data={SHARE}&period=202601&place={unit_uid(places[0])}&rows=place&columns=period"
    told = tree(client.get(address))
    assert "(#{DELIV_TEEN}) × 100 ÷ (#{DELIV})" in told.text_content()
    assert told.xpath("//section//td/data/@value") == ["3", "1230"]
    missing = client.get(f"{PAGE}figure/?data={DELIV}&period=202501&place=own&rows=place&columns=period")
    assert (missing.status_code, "HS5453" in missing.content.decode()) == (404, True)


def test_a_funnel_has_its_league_table(enter: Enter, places: list[Place]) -> None:
    """3 of 1,250 and 4 of 10; 7 of 1,260 together: 0,3944 above it is 16,8 standard errors of 10, -0,0032 is 1,5 of 1,250."""
    client = enter(places[0].parent)
    asked = f"data={SHARE}&period=202601;202602&place=own/children&rows=place&columns=&show=funnel"
    page = tree(client.get(f"{PAGE}?{asked}"))
    assert float(page.xpath("//table[@id='league']/@data-share")[0]) == pytest.approx(700 / 1260)
    lines = page.xpath("//table[@id='league']/tbody/tr")
    assert [(line.get("data-key"), line.get("data-size"), line.get("data-level")) for line in lines] == [
        (unit_uid(places[1]), "10", "3"), (unit_uid(places[0]), "1250", "0"),
    ]  # fmt: skip
    assert [cell.text_content() for cell in lines[1].xpath("td")] == [
        "1.250", "0,24", "0,14 – 0,98", "0 – 1,19", "trong giới hạn",
    ]  # fmt: skip
    none = tree(client.get(f"{PAGE}?{MONTHS}&show=funnel"))
    assert not none.xpath("//table[@id='league']") and "Phễu cần một chỉ số" in none.text_content()


def test_what_changed_is_said_in_words_with_numbers(
    enter: Enter, actor: Callable[..., Actor], places: list[Place]
) -> None:
    client = enter(places[0].parent)
    told = [one.text_content() for one in tree(client.get(f"{PAGE}?{MONTHS}")).xpath("//details[@class='changes']//li")]
    assert told == [
        f"Giảm nhiều nhất từ Tháng 1/2026 đến Tháng 2/2026: {places[0].full_name} (1.230 → 20) (trong 1 hàng).",
        "1 hàng có số ở Tháng 1/2026 nhưng chưa có ở Tháng 2/2026.",
    ]
    rows = [
        {"dataElement": "DELIV", "period": f"2025{month:02}", "orgUnit": unit_uid(places[1]), "value": str(figure)}
        for month, figure in enumerate((10, 10, 10, 30, 10, 50), 7)
    ]
    assert send(actor("statistics_officer"), rows).imported == 6
    months = "202507;202508;202509;202510;202511;202512;202601"
    alone = f"{PAGE}?data={DELIV}&period={months}&place={unit_uid(places[1])}&rows=place&columns=period"
    told = [one.text_content() for one in tree(client.get(alone)).xpath("//details[@class='changes']//li")]
    assert told == [
        "Tháng 1/2026: 10, trong khoảng mong đợi 0 – 53,47 (trung bình ± 2 độ lệch chuẩn của 6 tháng trước)."
    ]


def test_files_hold_what_is_seen(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    given = client.get(f"{PAGE}file.csv?{MONTHS}").content.decode("utf-8-sig")
    one, other = places[0].full_name, places[1].full_name
    assert list(csv.reader(io.StringIO(given))) == [
        ["Nơi", "Tháng 1/2026", "Tháng 2/2026", "Tổng"], [one, "1230", "20", "1250"], [other, "10", "", "10"],
        ["Tổng", "1240", "20", "1260"],
    ]  # fmt: skip
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{PAGE}file.xlsx?{MONTHS}").content))
    assert sheet.get_sheet_by_index(0).to_python()[1:] == [
        [one, 1230.0, 20.0, 1250.0], [other, 10.0, "", 10.0], ["Tổng", 1240.0, 20.0, 1260.0],
    ]  # fmt: skip
    assert client.get(f"{PAGE}file.pdf?{MONTHS}").status_code == 400


def test_a_commune_sees_nothing_of_another(enter: Enter, places: list[Place]) -> None:
    """Neither in the table, nor its totals, nor a figure's origin, nor a file, whatever address it is sent."""
    province = places[0].parent
    assert province is not None
    client = enter(places[0])
    everything = f"data={DELIV}&period=202601;202602&place={unit_uid(province)}/children&rows=place&columns=period"
    assert table(client.get(f"{PAGE}?{everything}")) == [[places[0].full_name, "1230", "20", "1250"]]
    above = f"data={DELIV}&period=202601&place={unit_uid(province)}&rows=place&columns=period"
    assert table(client.get(f"{PAGE}?{above}"))[0][1] == "1230"
    told = client.get(f"{PAGE}figure/?{above}").content.decode()
    assert places[0].full_name in told and places[1].full_name not in told
    assert "10" not in [cell for row in csv.reader(io.StringIO(client.get(f"{PAGE}file.csv?{everything}").content.decode())) for cell in row]  # fmt: skip
    other = f"data={DELIV}&period=202601&place={unit_uid(places[1])}&rows=place&columns=period"
    assert table(client.get(f"{PAGE}?{other}")) == []
    assert client.get(f"{PAGE}figure/?{other}").status_code == 404
    rows = client.get(f"{PAGE}rows/?{everything}").json()["rows"]
    assert len(rows) == 1 and places[0].full_name in rows[0]


def test_the_first_view_needs_no_choice(enter: Enter, places: list[Place]) -> None:
    page = tree(enter(places[0].parent).get(PAGE))
    assert "Tổng số phụ nữ đẻ" in page.xpath("string(//h2[@id='answer-title'])")
    assert page.xpath("//table[@id='pivot']/caption")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("colour=red", "HS9004"), ("show=magic", "HS9004"), ("limits=95;80", "HS9004"), ("limits=x", "HS9004"), ("top=x", "HS9004"), ("rows=colour", "HS9004"),
        ("rows=place&columns=place", "HS5451"), ("rows=key", "HS5451"), ("data=abcdefghijk", "HS7034"),
    ],
)  # fmt: skip
def test_addresses_that_are_not_understood_are_refused(
    query: str, code: str, enter: Enter, places: list[Place]
) -> None:
    answer = enter(places[0].parent).get(f"{PAGE}?{query}")
    assert answer.status_code in (400, 409) and code in answer.content.decode()


def test_who_may_not_read_statistics_finds_the_door_shut(enter: Enter, places: list[Place]) -> None:
    assert enter(None, "intake_officer").get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("dimension", "text", "found"),
    [
        ("data", "tong so phu nu de", "Tổng số phụ nữ đẻ"), ("data", "vi thanh nien", "Tỷ lệ đẻ ở vị thành niên"),
        ("data", "4/BCT nop dung han", "Biểu 4/BCT: Hoạt động chăm sóc bà mẹ: tỷ lệ nộp đúng hạn (%)"),
        ("period", "12 thang", "12 tháng vừa qua"), ("period", "202601", "Tháng 1/2026"), ("period", "2025", "Năm 2025"),
        ("place", "tay ninh", "Tỉnh Tây Ninh"), ("place", "tay ninh", "Tỉnh Tây Ninh: các đơn vị trực thuộc"),
        ("place", "tay ninh", "Tỉnh Tây Ninh: các cơ sở"),
    ],
)  # fmt: skip
def test_finding_without_accents(dimension: str, text: str, found: str, enter: Enter, places: list[Place]) -> None:
    answer = enter(places[0].parent).get(f"{PAGE}find/?dimension={dimension}&q={text}&{MONTHS}")
    assert found in tree(answer).xpath("//a[@class='hit-name']/text()")


def test_what_is_found_is_chosen_by_a_link(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    hits = tree(client.get(f"{PAGE}find/?dimension=data&q=De o vi thanh nien&{MONTHS}"))
    (added,) = hits.xpath("//li[a/text()='Đẻ ở vị thành niên']/a[@class='add']/@href")
    assert [row[1] for row in table(client.get(added))][:2] == ["Tổng số phụ nữ đẻ", "Đẻ ở vị thành niên"]
