"""The board of quality: what does not fit in stored reports of units in reach, and hints of the same rules on the form."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.completion import Registration, register
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.quality.board import QualityBoard, QualityFilter, forms_of_month, read_quality
from hoso.engines.statistics.quality.findings import cells_of
from hoso.engines.statistics.tests.reporting import FORM, communes, row, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
JULY, MONTH = date(2026, 7, 31), "202607"


def _sent(officer: Actor, place: Place, month: str = MONTH, **figures: int) -> None:
    report = send(officer, [{**row(place, key, number), "period": month} for key, number in figures.items()])
    assert not report.conflicts


def _read(actor: Actor, **wanted: str) -> QualityBoard:
    return read_quality(actor, QualityFilter(JULY, **wanted))


def _found(board: QualityBoard) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.unit.uid, tuple(line.key for _, line in one.cells)) for one in board.broken]


def test_a_broken_rule_leads_to_its_cells_and_a_kept_one_is_silent(actor: MakeActor) -> None:
    wrong, right = communes("80", 2)
    for place, outside in ((wrong, 6), (right, 5)):
        _sent(actor("statistics_officer", place=place), place, DELIV=5, DELIV_OUT=outside, BIRTH_CERT=5)
    board = _read(actor("statistics_approver", place=wrong.parent))
    assert _found(board) == [(unit_uid(wrong), ("DELIV_OUT", "DELIV"))]
    assert board.checked == 2 and board.found == (1, 0, 0) and not board.everywhere
    (found,) = board.broken
    assert {form.key for form, _ in found.cells} == {FORM} and "6" in found.told[0] and "5" in found.told[0]


def test_what_forms_declare_themselves_is_on_the_board(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    _sent(actor("statistics_officer", place=place), place, DELIV=5, DELIV_TEEN=6, BIRTH_CERT=5)
    assert _found(_read(actor("statistics_approver", place=place.parent))) == [
        (unit_uid(place), ("DELIV", "DELIV_TEEN"))
    ]


def test_between_forms_each_row_is_on_its_own(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    _sent(actor("statistics_officer", place=place), place, HEPB24=9, IMM_HEPB0=8)
    (found,) = _read(actor("statistics_approver", place=place.parent)).broken
    assert [(form.key, line.key) for form, line in found.cells] == [
        ("tt23-6-bct", "HEPB24"), ("tt23-8-bct", "IMM_HEPB0"),
    ]  # fmt: skip


def test_consistency_over_time_looks_at_the_months_before(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer", place=place)
    for month in range(1, 7):
        _sent(officer, place, f"2026{month:02}", DELIV=10, BIRTH_CERT=10)
    _sent(officer, place, DELIV=40, BIRTH_CERT=40)
    assert not _read(officer).broken
    _sent(officer, place, DELIV=41)
    (found,) = _read(officer).broken
    assert found.importance == "low" and "41" in found.told[0] and "40" in found.told[0]


@pytest.mark.parametrize("method", ["modified_z_score", "z_score", "min_max"])
def test_a_figure_unlike_those_before(actor: MakeActor, method: str) -> None:
    odd, even = communes("80", 2)
    for place, now in ((odd, 90), (even, 13)):
        officer = actor("statistics_officer", place=place)
        for month, number in enumerate((10, 12, 11, 13, 9, 12), 1):
            _sent(officer, place, f"2026{month:02}", ANC_VISITS=number)
        _sent(officer, place, ANC_VISITS=now)
    board = _read(actor("statistics_approver", place=odd.parent), form=FORM, method=method)
    (found,) = board.outliers
    assert (found.unit.uid, found.row.key, found.value) == (unit_uid(odd), "ANC_VISITS", Decimal(90))
    assert found.score.low < 10 < found.score.high < 20
    assert not _read(actor("statistics_approver", place=odd.parent)).outliers  # no form was asked for


def test_a_report_that_came_with_blank_cells(actor: MakeActor) -> None:
    full, partly, silent = communes("80", 3)
    cells = list(cells_of(forms()["ncd-4"]))
    for place, count in ((full, len(cells)), (partly, 1), (silent, 1)):
        officer, unit = actor("statistics_officer", place=place), unit_uid(place)
        for key, options in cells[:count]:
            assert not save_cell(officer, ("ncd-4", unit, MONTH), key, options, "3").conflicts
        if place is not silent:
            register(officer, [Registration(uid_of("form:ncd-4"), MONTH, unit, day=date(2026, 8, 3))])
    board = _read(actor("statistics_approver", place=full.parent))
    (found,) = board.blank
    assert (found.unit.uid, found.form.key, found.filled) == (unit_uid(partly), "ncd-4", 1)
    assert found.cells == len(cells) > 1


def test_only_what_is_in_reach(actor: MakeActor) -> None:
    mine, other = communes("80", 2)
    for place in (mine, other):
        _sent(actor("statistics_officer", place=place), place, DELIV=5, DELIV_OUT=6, BIRTH_CERT=5)
    assert {unit for unit, _ in _found(_read(actor("statistics_officer", place=mine)))} == {unit_uid(mine)}
    assert not _read(actor("statistics_approver", place=communes("01", 1)[0].parent)).broken
    ministry = _read(actor("statistics_approver"), under=unit_uid(mine.parent))  # type: ignore[arg-type]
    assert ministry.everywhere and len(ministry.broken) == 2
    assert not _read(actor("statistics_approver")).broken  # the first province: Hà Nội


def test_the_same_rules_are_told_on_the_form(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer", place=place)
    _sent(officer, place, DELIV=5, DELIV_OUT=6)
    (hint,) = open_sheet(
        officer, FORM, unit_uid(place), MONTH
    ).hints  # that no certificate was reported is left to the board
    assert hint.rows == ("DELIV_OUT", "DELIV") and "không được quá" in hint.vi
    _sent(officer, place, DELIV=6)
    assert open_sheet(officer, FORM, unit_uid(place), MONTH).hints == ()


def test_which_forms_took_figures_of_the_month() -> None:
    keys = {form.key for form in forms_of_month(JULY)}
    assert FORM in keys and "tt23-2-bct" not in keys
    assert "tt23-2-bct" in {form.key for form in forms_of_month(date(2026, 12, 1))}
    assert "hiv05-3" in {form.key for form in forms_of_month(date(2026, 9, 1))}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (QualityFilter(JULY, under="nothere1234"), "HS7003"),
        (QualityFilter(JULY, form="no-form"), "HS7003"),
        (QualityFilter(JULY, form=FORM, method="guess"), "HS9004"),
    ],
)
def test_what_is_not_there_is_told(actor: MakeActor, wanted: QualityFilter, code: str) -> None:
    with pytest.raises(HosoError) as error:
        read_quality(actor("statistics_approver"), wanted)
    assert error.value.code == code


def test_who_reads_records_sees_no_figures(actor: MakeActor) -> None:
    with pytest.raises(HosoError) as error:
        _read(actor("doctor"))
    assert error.value.code == "HS2001"
