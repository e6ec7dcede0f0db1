"""A workbook goes out, is filled in by another program and comes back: what it says is what is stored, and nothing else is."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from random import Random

import pytest
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.imports.formats import XLSX_TYPE, read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, seen, unit_uid
from hoso.engines.statistics.units import find_units
from hoso.engines.statistics.workbook.comparing import Comparison, compare
from hoso.engines.statistics.workbook.keys import cells_of
from hoso.engines.statistics.workbook.saving import Chosen, save_chosen
from hoso.engines.statistics.workbook.tests.editing import KEY, VALUE, Edited, Formula
from hoso.engines.statistics.workbook.writing import form_workbook

pytestmark = pytest.mark.django_db
BIG, ANC = "tt23-14-bct", "ANC4_3P|of_which_minority=total"


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def officer(actor: Callable[..., Actor], place: Place) -> Actor:
    return actor("statistics_officer", place=place)


@pytest.fixture
def address(place: Place) -> Address:
    return Address(FORM, unit_uid(place), MONTH)


def given_out(officer: Actor, address: Address) -> Edited:
    return Edited(form_workbook(open_sheet(officer, *address), "Tháng 1/2026"))


def compared(officer: Actor, address: Address, edited: Edited) -> Comparison:
    return compare(officer, address, BytesIO(edited.content()))


def told(comparison: Comparison) -> dict[str, tuple[str, str, str]]:
    return {one.line.row.key: (one.kind, one.before, one.after) for one in comparison.changes}


def save_ticked(officer: Actor, address: Address, comparison: Comparison, *kinds: str) -> None:
    chosen = [
        Chosen((one.line.row.key, one.line.options), one.before, one.after)
        for one in comparison.changes
        if one.kind in ("change", *kinds)
    ]
    save_chosen(officer, address, chosen)


def stored(officer: Actor, address: Address) -> dict[tuple[str, tuple[str, ...]], str]:
    return {(line.row.key, line.options): line.value for line in open_sheet(officer, *address).lines if line.value}


def test_it_says_which_report_it_is_and_shows_what_is_there(officer: Actor, address: Address) -> None:
    save_cell(officer, address, "DELIV", (), "12")
    edited = given_out(officer, address)
    shown = [cell for row in edited.rows[:7] for cell in row if cell]
    unit = find_units("uid", [address.unit])[address.unit][0]
    assert shown[0] == open_sheet(officer, *address).form.title_vi
    assert f"Đơn vị báo cáo: {unit.name}" in shown
    assert "Kỳ báo cáo: Tháng 1/2026 (01/01/2026 – 31/01/2026)" in shown
    assert any(cell.startswith("Bản dựng lại, chưa đối chiếu.") for cell in shown)
    assert edited.page == "Biểu 4-BCT" and edited.value("DELIV") == 12 and edited.value("DELIV_TEEN") == ""
    content = form_workbook(open_sheet(officer, *address), "Tháng 1/2026")
    states = {one.name: one.visible for one in CalamineWorkbook.from_filelike(BytesIO(content)).sheets_metadata}
    assert states == {"HoSo": SheetVisibleEnum.VeryHidden, "Biểu 4-BCT": SheetVisibleEnum.Visible}


def test_every_cell_filled_in_elsewhere_is_what_the_store_holds(actor: Callable[..., Actor], place: Place) -> None:
    """The longest form, filled with figures of a fixed seed."""
    assert place.parent is not None
    ministry, big = actor("statistics_officer"), Address(BIG, unit_uid(place.parent), MONTH)
    sheet = open_sheet(ministry, *big)
    edited, random = Edited(form_workbook(sheet, "Tháng 1/2026")), Random(7)
    figures = {key: random.randrange(100_000) for key in cells_of(sheet.form)}
    for key, figure in figures.items():
        edited.fill(key, figure)
    comparison = compared(ministry, big, edited)
    assert not comparison.refused and len(comparison.changes) == len(figures) == 308
    save_ticked(ministry, big, comparison)
    cells = cells_of(sheet.form)
    assert stored(ministry, big) == {cells[key]: str(figure) for key, figure in figures.items()}
    assert not compared(ministry, big, given_out(ministry, big)).changes


def test_whatever_was_done_to_its_looks(officer: Actor, address: Address) -> None:
    edited = given_out(officer, address).fill("DELIV", 12).fill("DELIV_TEEN", "3").fill(ANC, Formula("=2+3", 5))
    head = edited.rows.index(edited.marks) + 1
    edited.sheets[edited.page] = [
        ["ghi chú", *row] for row in [*edited.rows[: head + 1], *reversed(edited.rows[head + 1 :])]
    ]  # a new column, and the rows the other way round
    edited.sheets = {
        "Ghi chép": [["riêng của trạm", 5]],
        "Báo cáo tháng": edited.rows,
        "keys": edited.sheets[edited.keys],
    }
    comparison = compared(officer, address, edited)
    assert told(comparison) == {
        "DELIV": ("change", "", "12"), "DELIV_TEEN": ("change", "", "3"), "ANC4_3P": ("change", "", "5"),
    }  # fmt: skip
    assert all(one.address.startswith("Báo cáo tháng!D") for one in comparison.changes)


def test_what_nobody_touched_overwrites_nothing(officer: Actor, address: Address) -> None:
    for row, figure in (("DELIV", "12"), ("DELIV_TEEN", "3"), ("BIRTH_CERT", "9")):
        save_cell(officer, address, row, (), figure)
    edited = given_out(officer, address).fill("DELIV_TEEN", 4).fill("BIRTH_CERT", "")
    save_cell(officer, address, "DELIV", (), "13")  # meanwhile, on the page
    save_cell(officer, address, "DELIV_TEEN", (), "2")
    comparison = compared(officer, address, edited)
    assert told(comparison) == {"DELIV_TEEN": ("conflict", "2", "4"), "BIRTH_CERT": ("emptied", "9", "")}
    with pytest.raises(HosoError, match="HS5475"):
        save_ticked(officer, address, comparison)
    assert stored(officer, address) == {("DELIV", ()): "13", ("DELIV_TEEN", ()): "2", ("BIRTH_CERT", ()): "9"}
    save_ticked(officer, address, comparison, "conflict", "emptied")
    assert stored(officer, address) == {("DELIV", ()): "13", ("DELIV_TEEN", ()): "4"}
    changes = 4  # 12 became 13, 3 became 2, then 4, and 9 was taken back
    assert seen(officer, "SELECT count(*) FROM statistics_value_history") == [(changes,)]


def test_what_was_written_after_it_was_shown_is_not_overwritten(officer: Actor, address: Address) -> None:
    comparison = compared(officer, address, given_out(officer, address).fill("DELIV", 12).fill("DELIV_TEEN", 3))
    save_cell(officer, address, "DELIV", (), "11")
    with pytest.raises(HosoError, match="HS5473"):
        save_ticked(officer, address, comparison)
    assert stored(officer, address) == {("DELIV", ()): "11"}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("DELIV", "mười hai", "HS5469"), ("DELIV", "1.000 ca", "HS5469"), ("DELIV", "1,5", "HS5469"),
        ("DELIV", True, "HS5469"), ("DELIV", 1.5, "HS5470"), ("DELIV", -1, "HS5470"), ("DELIV", "-3", "HS5470"),
        ("DELIV", date(2026, 2, 1), "HS5471"), ("DELIV", Formula("=1/0", "#DIV/0!"), "HS5467"),
        ("DELIV", Formula("=A1+B1"), "HS5468"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_by_its_address_and_the_others_are_taken(
    key: str, value: object, code: str, officer: Actor, address: Address
) -> None:
    edited = given_out(officer, address).fill("DELIV_TEEN", 3).fill(key, value)
    number = edited.rows.index(edited.row(key)) + 1
    comparison = compared(officer, address, edited)
    assert [(one.address, one.error.code) for one in comparison.refused] == [(f"Biểu 4-BCT!C{number}", code)]
    assert told(comparison) == {"DELIV_TEEN": ("change", "", "3")}
    save_ticked(officer, address, comparison)
    assert stored(officer, address) == {("DELIV_TEEN", ()): "3"}


def test_decimals_and_yes_or_no(actor: Callable[..., Actor], address: Address) -> None:
    ministry, found = actor("statistics_officer"), Address("tt23-1-bct", address.unit, "2026")
    sheet = open_sheet(ministry, *found)
    kinds = {line.row.value: line for line in reversed(sheet.lines) if not line.options}
    decimal, yes_no = kinds["number"].row.key, kinds["boolean"].row.key
    edited = given_out(ministry, found).fill(decimal, 0.1 + 0.2).fill(yes_no, "có")
    comparison = compared(ministry, found, edited)
    assert told(comparison) == {decimal: ("change", "", "0.3"), yes_no: ("change", "", "true")}
    save_ticked(ministry, found, comparison)
    again = given_out(ministry, found)
    assert (again.value(decimal), again.value(yes_no)) == (0.3, "có")
    refused = compared(ministry, found, again.fill(yes_no, "chắc là có"))
    assert [one.error.code for one in refused.refused] == ["HS5472"]


def test_the_api_takes_the_same_workbook(officer: Actor, address: Address) -> None:
    save_cell(officer, address, "BIRTH_CERT", (), "9")
    edited = given_out(officer, address).fill("DELIV", 12).fill("DELIV_TEEN", "ba").fill("BIRTH_CERT", "")
    options = read_options({})
    report = import_values(officer, read_payload(BytesIO(edited.content()), XLSX_TYPE, options), options)
    assert (report.status, report.imported, len(report.rejected)) == ("WARNING", 1, 1)
    assert stored(officer, address) == {("DELIV", ()): "12", ("BIRTH_CERT", ()): "9"}
    for changed, code in (
        (given_out(officer, address).tell("version", "old"), "HS5464"),
        (given_out(officer, address).tell("form", "none"), "HS5464"),
    ):
        with pytest.raises(HosoError, match=code):
            import_values(officer, read_payload(BytesIO(changed.content()), XLSX_TYPE, options), options)
    changed = given_out(officer, address)
    changed.row("DELIV")[changed.marks.index(KEY)] = "DELIVERIES"
    assert VALUE in changed.marks
    with pytest.raises(HosoError, match="HS5465"):
        import_values(officer, read_payload(BytesIO(changed.content()), XLSX_TYPE, options), options)
