"""The yearbook: figures as the question about figures answers them, the province beside its communes, estimates marked, what is
missing said, and no more than the asker may read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pypdfium2
import pytest

from hoso.core.access.actor import Actor
from hoso.core.definitions import DefinitionError
from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Place
from hoso.engines.statistics.analytics.answer import ask
from hoso.engines.statistics.analytics.data_items import find_item
from hoso.engines.statistics.analytics.named_data import datum_id
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Scope
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.tests.reporting import FORM, communes, send_two_months, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.yearbook.asking import Compiled, Filled, compile_yearbook
from hoso.engines.statistics.yearbook.chapters import yearbooks
from hoso.web.yearbook.drawing import draw_yearbook

pytestmark = pytest.mark.django_db
DELIV, SHARE = uid_of("element:DELIV"), uid_of("indicator:MAT06")
SHIPPED = yearbooks()["province"]
# Of the shipped one the first two tables, and the last chapter but one, of which nobody reported anything.
BOOK = replace(
    SHIPPED, chapters=(replace(SHIPPED.chapters[0], tables=SHIPPED.chapters[0].tables[:2]), SHIPPED.chapters[-2])
)
NOON = datetime(2026, 11, 27, 5, tzinfo=UTC)


@pytest.fixture
def places(actor: Callable[..., Actor]) -> list[Place]:
    """Two communes of province 80 that reported two months."""
    found = communes("80", 2)
    send_two_months(actor("statistics_officer"), found)
    return found


def compiled(actor: Actor, year: int = 2026) -> Compiled:
    seen: list[tuple[int, int]] = []
    made = compile_yearbook(actor, BOOK, "80", year, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    return made


def table(made: Compiled, title: str) -> Filled:
    return next(one for chapter in made.tables for one in chapter if one.table.title[0] == title)


def text(made: Compiled) -> str:
    pdf = draw_yearbook(made, "vi", NOON)
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_figures_are_those_of_the_question(actor: Callable[..., Actor], places: list[Place]) -> None:
    made = compiled(actor("statistics_approver", place=places[0].parent))
    by_commune = table(made, "Khám thai và đẻ theo xã")
    one, other = map(unit_uid, places)
    assert {label: by_commune.figures[DELIV, label].value for label in (one, other, made.province.uid)} == {
        one: 50, other: 10, made.province.uid: 60,
    }  # fmt: skip
    assert [item.label for item in by_commune.items] == [DELIV]  # what nobody reported is left out
    assert by_commune.rows == (*(commune.uid for commune in made.communes), made.province.uid)
    scope = Scope([AskedPeriod("2026", (parse_period("2026"),))], [AskedUnits("x", (places[0].pk,))], places="today")
    catalogue = read_catalogue()
    (answer,) = ask(actor("statistics_officer"), [find_item(catalogue, DELIV)], scope, catalogue)
    assert answer.figure == by_commune.figures[DELIV, one].value
    by_month = table(made, "Phụ nữ đẻ theo tháng")
    assert {label: figure.value for (item, label), figure in by_month.figures.items() if item == DELIV} == {
        "202601": 40, "202602": 20, "2026": 60,
    }  # fmt: skip


def test_the_book_says_where_figures_come_from_and_what_is_missing(
    actor: Callable[..., Actor], places: list[Place]
) -> None:
    made = compiled(actor("statistics_approver", place=places[0].parent))
    told = text(made)
    for said in (
        "NIÊN GIÁM THỐNG KÊ Y TẾ", "2026", made.province.name.upper(), "bản dựng lại, chưa đối chiếu", "Lưu hành nội bộ",
        "Mức độ đầy đủ của báo cáo", "Không có số liệu: ", places[0].full_name, "Toàn tỉnh", "Số liệu đến 27/11/2026 12:00",
    ):  # fmt: skip
        assert said in told, said
    maternal = next(one for one in made.completeness if one.form.key == FORM)
    assert maternal.counts["ACTUAL_REPORTS"] == 0 and maternal.counts["EXPECTED_REPORTS"] > 100


def test_an_estimate_is_marked(actor: Callable[..., Actor], places: list[Place]) -> None:
    made = compiled(actor("statistics_approver", place=places[0].parent))
    filled = table(made, "Khám thai và đẻ theo xã")
    key = (DELIV, unit_uid(places[1]))
    assert "10*" not in text(made)
    guessed = {**filled.figures, key: type(filled.figures[key])(Decimal(10), True)}
    object.__setattr__(filled, "figures", guessed)
    assert "10*" in text(made)


def test_a_station_is_told_its_own_figures_only(actor: Callable[..., Actor], places: list[Place]) -> None:
    made = compiled(actor("statistics_officer", place=places[1]))
    figures = table(made, "Khám thai và đẻ theo xã").figures
    assert {label: one.value for (item, label), one in figures.items() if item == DELIV} == {
        unit_uid(places[1]): 10,
        made.province.uid: 10,
    }


def test_no_province_and_no_datum(actor: Callable[..., Actor]) -> None:
    with pytest.raises(HosoError, match="HS5491"):
        compile_yearbook(actor("statistics_officer"), yearbooks()["province"], "00", 2026, lambda done, total: None)
    with pytest.raises(DefinitionError, match="there is no element:NOWHERE"):
        datum_id("x", "element:NOWHERE")
