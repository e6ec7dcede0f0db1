"""Workbooks that are wrong as a whole: each is refused with its reason, and nothing of it is stored."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.open_cells import open_cells
from hoso.engines.statistics.approval.steps import Wanted, take_steps
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, seen, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.workbook.comparing import compare
from hoso.engines.statistics.workbook.tests.editing import KEY, Edited
from hoso.engines.statistics.workbook.tests.test_round_trip import given_out
from hoso.engines.statistics.workbook.writing import form_workbook

pytestmark = pytest.mark.django_db
MAIN = "xl/worksheets/sheet2.xml"


def _with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The archive with one part more, or another in its place."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, part)
    return out.getvalue()


def _page(content: bytes) -> bytes:
    return zipfile.ZipFile(BytesIO(content)).read(MAIN)


def _key(edited: Edited, key: str, other: str) -> bytes:
    edited.row(key)[edited.marks.index(KEY)] = other
    return edited.content()


def _without_row(edited: Edited, key: str) -> bytes:
    edited.rows.remove(edited.row(key))
    return edited.content()


def _renamed_mark(edited: Edited) -> bytes:
    edited.marks[edited.marks.index(KEY)] = "khoá"
    return edited.content()


def _only(edited: Edited, name: str) -> bytes:
    edited.sheets = {name: edited.sheets[name]}
    return edited.content()


def _twice(edited: Edited, name: str) -> bytes:
    edited.sheets["Bản sao"] = edited.sheets[name]
    return edited.content()


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "' + b"9" * 1000 + b'">]>'
MALFORMED: dict[str, tuple[str, Callable[[Edited], bytes]]] = {
    "empty": ("HS5460", lambda book: b""),
    "no archive": ("HS5460", lambda book: b"TT;Ch\xc3\xad ti\xc3\xaau\n1;12\n"),
    "password": ("HS5460", lambda book: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)),
    "cut off": ("HS5460", lambda book: book.content()[:-400]),
    "other archive": ("HS5460", lambda book: _with_part(_empty_archive(), "a.txt", b"1")),
    "sheet cut off": ("HS5460", lambda book: _with_part(book.content(), MAIN, _page(book.content())[:-50])),
    "sheet is no XML": ("HS5460", lambda book: _with_part(book.content(), MAIN, b"12")),
    "bomb": ("HS5460", lambda book: _with_part(book.content(), MAIN, b"<worksheet>" + b" " * 70_000_000)),
    "entities": ("HS5460", lambda book: _with_part(
        book.content(), MAIN, DOCTYPE + b"<worksheet>" + b"&a;" * 40_000 + b"</worksheet" )),
    "a text that is not there": ("HS5460", lambda book: _with_part(
        book.content(), MAIN, _page(book.content()).replace(b't="s"><v>', b't="s"><v>9999'))),
    "macros": ("HS5461", lambda book: _with_part(book.content(), "xl/vbaProject.bin", b"\0")),
    "another workbook": ("HS5462", lambda book: _only(book, book.page)),
    "keys alone": ("HS5462", lambda book: _only(book, book.keys)),
    "keys removed": ("HS5462", _renamed_mark),
    "another form": ("HS5463", lambda book: book.tell("form", "tt23-5-bct").content()),
    "another regime": ("HS5463", lambda book: book.tell("regime", "tt37-2019").content()),
    "another unit": ("HS5463", lambda book: book.tell("unit", unit_uid(communes("80", 2)[1])).content()),
    "another period": ("HS5463", lambda book: book.tell("period", "202602").content()),
    "another version": ("HS5464", lambda book: book.tell("version", "000000000000").content()),
    "a key of no cell": ("HS5465", lambda book: _key(book, "DELIV", "DELIVERIES")),
    "a key twice": ("HS5465", lambda book: _key(book, "DELIV", "DELIV_TEEN")),
    "a row deleted": ("HS5465", lambda book: _without_row(book, "DELIV")),
    "the sheet twice": ("HS5465", lambda book: _twice(book, book.page)),
    "the keys twice": ("HS5465", lambda book: _twice(book, book.keys)),
}  # fmt: skip


def _empty_archive() -> bytes:
    out = BytesIO()
    zipfile.ZipFile(out, "w").close()
    return out.getvalue()


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    return actor("statistics_officer", place=communes("80", 1)[0])


@pytest.fixture
def address() -> Address:
    return Address(FORM, unit_uid(communes("80", 1)[0]), MONTH)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_wrong_file_stores_nothing(name: str, officer: Actor, address: Address) -> None:
    code, spoil = MALFORMED[name]
    content = spoil(given_out(officer, address).fill("DELIV", 12).fill("DELIV_TEEN", 3))
    with pytest.raises(HosoError, match=code):
        compare(officer, address, BytesIO(content))
    assert seen(officer, "SELECT 1 FROM statistics_value UNION ALL SELECT 1 FROM statistics_act") == []


def test_a_report_that_was_handed_in_takes_none(officer: Actor, address: Address) -> None:
    content = given_out(officer, address).fill("DELIV", 12).content()
    take_steps(officer, [(uid_of(f"form:{FORM}"), MONTH, address.unit)], Wanted("hand_in"))
    with pytest.raises(HosoError, match="HS5466"):
        compare(officer, address, BytesIO(content))


def test_of_a_report_returned_in_part_the_named_cells_are_taken(
    actor: Callable[..., Actor], officer: Actor, address: Address
) -> None:
    save_cell(officer, address, "DELIV_TEEN", (), "5")
    name, catalogue = [(uid_of(f"form:{FORM}"), MONTH, address.unit)], read_catalogue()
    element = catalogue.find("element", "code", "DELIV_TEEN")
    assert element is not None
    take_steps(officer, name, Wanted("hand_in"))
    province = actor("statistics_approver", place=communes("80", 1)[0].parent)
    take_steps(province, name, Wanted("return", "Một ô", cells={(element, catalogue.default_split): "Xem lại"}))
    sheet = open_sheet(officer, *address)
    named = open_cells(officer, sheet.form, sheet.unit, MONTH)
    assert named is not None and list(named) == [("DELIV_TEEN", ())]
    edited = Edited(form_workbook(sheet, "Tháng 1/2026", named))
    assert any("ô xám không nhập được" in str(cell) for row in edited.rows[:7] for cell in row)
    comparison = compare(officer, address, BytesIO(edited.fill("DELIV", 12).fill("DELIV_TEEN", 4).content()))
    assert [(one.line.row.key, one.after) for one in comparison.changes] == [("DELIV_TEEN", "4")]
    assert [(one.line.row.key, one.error.code) for one in comparison.refused] == [("DELIV", "HS7044")]


def test_another_commune_gets_nothing(actor: Callable[..., Actor], officer: Actor, address: Address) -> None:
    content = given_out(officer, address).fill("DELIV", 12).content()
    neighbour = actor("statistics_officer", place=communes("80", 2)[1])
    with pytest.raises(HosoError, match="HS7011"):
        compare(neighbour, address, BytesIO(content))
    with acting_transaction(neighbour.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_value")
        assert cursor.fetchone() == (0,)
