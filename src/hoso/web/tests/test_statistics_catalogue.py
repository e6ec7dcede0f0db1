"""The catalogue of indicators and forms: found without accents, said in words, tried out; nothing hidden for being empty."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.indicator_catalogue import indicators, reckoned_indicators
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, row, send, unit_uid

pytestmark = pytest.mark.django_db
TRIAL = "/statistics/indicators/trial/"


@pytest.fixture
def unit(client: Client, actor: Callable[..., Actor], account_with_role: Callable[..., Account]) -> str:
    """A commune that reported 8 deliveries of which 2 of teenagers; its province looks."""
    (place,) = communes("80", 1)
    rows = [row(place, key, number) for key, number in (("DELIV", 8), ("DELIV_TEEN", 2))]
    assert not send(actor("statistics_officer", place=place), rows).conflicts
    client.force_login(account_with_role("statistics_approver", place=place.parent))
    return unit_uid(place)


def test_every_indicator_is_found_by_words_without_accents(client: Client, unit: str) -> None:
    page = client.get("/statistics/indicators/").content.decode()
    assert page.count('<section class="card"') == len(indicators()) == 114
    assert page.count("chưa có công thức") == len(indicators()) - len(reckoned_indicators())
    assert "NQ 48/2017/QH14" in page  # a target with its basis
    found = client.get(
        "/statistics/indicators/", {"q": "giuong  BENH"}, headers={"HX-Target": "results"}
    ).content.decode()
    assert 'id="RES01"' in found and 'id="CHD01"' not in found and "<html" not in found
    assert "Không có chỉ số nào" in client.get("/statistics/indicators/", {"q": "khong co gi the nay"}).content.decode()


def test_a_formula_is_said_in_words_with_a_way_to_its_figures(client: Client, unit: str) -> None:
    (one,) = (one for one in reckoned_indicators().values() if one.numerator == "#{DELIV_TEEN}")
    page = client.get("/statistics/indicators/", {"q": one.code, "formula": "1"}).content.decode()
    assert "(Đẻ ở vị thành niên) chia cho (" in page and f"× {one.factor}" in page
    assert f"/statistics/explore/?data={one.uid}&amp;" in page


def test_a_formula_is_tried_for_a_place_and_period(client: Client, unit: str) -> None:
    asked = {"numerator": "#{DELIV_TEEN}", "denominator": "#{DELIV}", "factor": "1000", "place": unit, "period": MONTH}
    page = client.get(TRIAL, asked).content.decode()
    assert "× 1.000" in page and "<strong>250</strong>" in page
    assert "chưa có số" in client.get(TRIAL, asked | {"period": "202602"}).content.decode()


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ({"numerator": "#{DELIV} + * 2"}, "HS7030", "<code>#{DELIV} + </code><mark><code>* 2</code></mark>"),
        ({"numerator": "1", "denominator": "(2"}, "HS7030", "<code>(2</code><mark><code>∎</code></mark>"),
        ({"numerator": "#{NO_SUCH}"}, "HS7034", "NO_SUCH"),
        ({"numerator": "C{abc}"}, "HS7032", "C{abc}"),
        ({"numerator": "#{DELIV}", "factor": "0"}, "HS9004", "factor"),
        ({"numerator": "#{DELIV}", "place": "nowhere"}, "HS7034", "nowhere"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_told_at_its_place(
    client: Client, unit: str, asked: dict[str, str], code: str, told: str
) -> None:
    answer = client.get(TRIAL, {"place": unit, "period": MONTH} | asked)
    page = answer.content.decode()
    assert answer.status_code == 200 and code in page and told in page


def test_figures_to_put_into_a_formula_are_found(client: Client, unit: str) -> None:
    assert "<code>#{" in client.get(TRIAL, {"find": "vi thanh nien"}).content.decode()


def test_forms_without_rows_are_listed_with_what_is_missing(client: Client, unit: str) -> None:
    page = unescape(client.get("/statistics/forms/").content.decode())
    empty = [form for form in forms().values() if not form.rows]
    assert page.count("chưa có dòng") == len(empty) == 18
    assert page.count("biểu trống, không nhập được") == len(empty)
    assert all(form.title_vi in page for form in forms().values())


def test_the_history_of_a_cell_is_read_by_page_and_api(
    client: Client, unit: str, account_with_role: Callable[..., Account]
) -> None:
    page = client.get(f"/statistics/{FORM}/{unit}/{MONTH}/cell/history/", {"row": "DELIV"}).content.decode()
    assert "từ tệp hoặc phần mềm" in page and '<strong class="number">8</strong>' in page
    assert "Lưu ghi chú" not in page  # an approver writes nothing
    asked = {"form": FORM, "unit": unit, "period": MONTH, "row": "DELIV"}
    told = client.get("/api/v1/statistics/cell-history", asked).json()
    assert told["now"] == {"value": "8", "comment": "", "follow_up": False}
    assert [(one["was"]["value"], one["became"]["value"], one["kind"]) for one in told["changes"]] == [
        ("", "8", "import")
    ]
    client.force_login(account_with_role("doctor"))
    assert client.get("/statistics/indicators/").status_code == 403
