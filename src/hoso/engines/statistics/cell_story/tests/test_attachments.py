"""Papers beside a figure: kept as they came, read within reach, taken off without being lost; nothing else is taken."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from pypdfium2 import PdfDocument
from xlsxwriter import Workbook

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.cell_story.attachments import LARGEST, attach, kind_of, open_attachment, take_off
from hoso.engines.statistics.cell_story.story import story_of
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, seen, unit_uid

pytestmark = pytest.mark.django_db
PICTURES = Path(__file__).parents[6] / "docs" / "screenshots"
KEY, PDF = ("DELIV", ()), b"%PDF-1.7\nfirst page of the register\n%%EOF"


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> None:
    settings.HOSO_HOME = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def places() -> list[Place]:
    return communes("80", 2)


@pytest.fixture
def officer(actor: Callable[..., Actor], places: list[Place]) -> Actor:
    return actor("statistics_officer", place=places[0])


@pytest.fixture
def address(officer: Actor, places: list[Place]) -> Address:
    found = Address(FORM, unit_uid(places[0]), MONTH)
    assert save_cell(officer, found, "DELIV", (), "12").taken == 1
    return found


def papers_in_the_sheet(officer: Actor, address: Address) -> int:
    (line,) = (one for one in open_sheet(officer, *address).lines if one.row.key == "DELIV")
    return line.note.papers


def test_it_stands_beside_the_figure_and_comes_back_as_it_was(officer: Actor, address: Address) -> None:
    number = attach(officer, address, KEY, "so-de.pdf", PDF)
    save_cell(officer, address, "DELIV", (), "13")  # a later figure keeps it
    (paper,) = story_of(officer, address, KEY).papers
    assert (paper.id, paper.name, paper.kind, paper.size, paper.by) == (
        number,
        "so-de.pdf",
        "pdf",
        len(PDF),
        officer.name,
    )
    assert papers_in_the_sheet(officer, address) == 1
    opened = open_attachment(officer, number)
    assert (opened.name, opened.media_type, opened.stream.read()) == ("so-de.pdf", "application/pdf", PDF)
    assert story_of(officer, address, ("DELIV_TEEN", ())).papers == ()


def test_what_is_taken_off_is_not_lost(officer: Actor, address: Address) -> None:
    number = attach(officer, address, KEY, "so-de.pdf", PDF)
    take_off(officer, number)
    for again in (lambda: open_attachment(officer, number), lambda: take_off(officer, number)):
        with pytest.raises(HosoError, match="HS5549"):
            again()
    assert story_of(officer, address, KEY).papers == () and papers_in_the_sheet(officer, address) == 0
    assert seen(officer, "SELECT name, removed_by = account_id FROM statistics_attachment") == [("so-de.pdf", True)]
    with acting_transaction(officer.account_id, "statistics"), connection.cursor() as cursor:
        for change in (
            "DELETE FROM statistics_attachment",
            "UPDATE statistics_attachment SET name = 'x'",
            "UPDATE statistics_attachment SET removed_by = NULL, removed_at = NULL",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(change)


def test_within_reach_alone(officer: Actor, address: Address, places: list[Place], actor: Callable[..., Actor]) -> None:
    number = attach(officer, address, KEY, "so-de.pdf", PDF)
    neighbour, province = (
        actor("statistics_officer", place=places[1]),
        actor("statistics_approver", place=places[0].parent),
    )
    assert open_attachment(province, number).name == "so-de.pdf"
    with pytest.raises(HosoError, match="HS5549"):
        open_attachment(neighbour, number)
    with pytest.raises(HosoError, match="HS5549"):
        take_off(neighbour, number)
    with pytest.raises(HosoError, match="HS7011"):
        attach(neighbour, address, KEY, "so-de.pdf", PDF)
    for wrong in (province, actor("doctor")):  # who only reads puts nothing there
        with pytest.raises(HosoError, match="HS2001"):
            attach(wrong, address, KEY, "so-de.pdf", PDF)


def test_a_blank_cell_takes_none(officer: Actor, address: Address) -> None:
    for key, code in ((("DELIV_TEEN", ()), "HS5546"), (("NO_SUCH", ()), "HS7003")):
        with pytest.raises(HosoError, match=code):
            attach(officer, address, key, "so-de.pdf", PDF)
    save_cell(officer, address, "DELIV", (), "")
    with pytest.raises(HosoError, match="HS5546"):
        attach(officer, address, KEY, "so-de.pdf", PDF)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"PK\x03\x04 no zip",
        b"GIF89a",
        b"%PDF-" + b"x" * LARGEST,
    ],
)
def test_another_kind_or_too_large_is_refused(content: bytes, officer: Actor, address: Address) -> None:
    with pytest.raises(HosoError, match="HS5548"):
        attach(officer, address, KEY, "so-de.pdf", content)
    assert story_of(officer, address, KEY).papers == ()


def test_files_that_other_programs_wrote() -> None:
    """The kind is what the content is; a ZIP that is no document is none."""
    page = BytesIO()
    PdfDocument.new().save(page)
    assert kind_of(page.getvalue()) == "pdf"
    assert kind_of((PICTURES / "explorer-figure.png").read_bytes()) == "png"
    workbook = BytesIO()
    with Workbook(workbook) as book:
        book.add_worksheet().write(0, 0, 12)
    assert kind_of(workbook.getvalue()) == "xlsx"
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("word.exe", b"MZ")
    assert kind_of(packed.getvalue()) == ""
