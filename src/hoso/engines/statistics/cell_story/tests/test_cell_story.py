"""A cell's story: every act told, a comment that changes no figure, the marked ones listed, all within reach."""

from collections.abc import Callable

import pytest

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.approval.steps import Wanted, take_steps
from hoso.engines.statistics.cell_story.followed import followed_cells
from hoso.engines.statistics.cell_story.remarking import remark
from hoso.engines.statistics.cell_story.story import story_of
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, seen, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
KEY = ("DELIV_TEEN", ())


@pytest.fixture
def places() -> list[Place]:
    return communes("80", 2)


@pytest.fixture
def officer(actor: Callable[..., Actor], places: list[Place]) -> Actor:
    return actor("statistics_officer", place=places[0])


@pytest.fixture
def address(officer: Actor, places: list[Place]) -> Address:
    """A form in which one cell was changed twice, the first time without a reason."""
    found = Address(FORM, unit_uid(places[0]), MONTH)
    for figure, reason in (("15", ""), ("2", "nhầm với số đẻ")):
        assert save_cell(officer, found, "DELIV_TEEN", (), figure, reason).taken == 1
    return found


def test_every_act_is_told_the_newest_first(officer: Actor, address: Address) -> None:
    remark(officer, address, KEY, "hai ca chuyển tuyến", True)
    save_cell(officer, address, "DELIV_TEEN", (), "")
    told = story_of(officer, address, KEY)
    assert [(one.was.value, one.became.value, one.reason) for one in told.changes] == [
        ("2", "", ""), ("2", "2", "nhầm với số đẻ"), ("15", "2", "nhầm với số đẻ"), ("", "15", ""),
    ]  # fmt: skip
    assert [one.value_changed for one in told.changes] == [True, False, True, True]
    assert {one.actor for one in told.changes} == {officer.name}
    assert told.now.value == "" and story_of(officer, address, ("DELIV", ())).changes == ()


def test_a_comment_changes_no_figure_and_a_later_figure_keeps_it(officer: Actor, address: Address) -> None:
    assert remark(officer, address, KEY, " hai ca chuyển tuyến ", True).updated == 1
    save_cell(officer, address, "DELIV_TEEN", (), "3")
    (line,) = (one for one in open_sheet(officer, *address).lines if one.row.key == "DELIV_TEEN")
    assert (line.value, line.note.comment, line.note.follow_up) == ("3", "hai ca chuyển tuyến", True)
    (listed,) = followed_cells(officer)
    assert (listed.form, listed.value, listed.comment, listed.cell) == (FORM, "3", "hai ca chuyển tuyến", "DELIV_TEEN.")
    remark(officer, address, KEY, "", False)
    assert followed_cells(officer) == [] and story_of(officer, address, KEY).now.comment == ""


def test_a_blank_cell_takes_no_comment_and_a_closed_report_none(officer: Actor, address: Address) -> None:
    with pytest.raises(HosoError) as error:
        remark(officer, address, ("DELIV", ()), "?", True)
    assert error.value.code == "HS5546"
    take_steps(officer, [(uid_of(f"form:{FORM}"), MONTH, address.unit)], Wanted("hand_in"))
    report = remark(officer, address, KEY, "muộn", True)
    assert [one.code for one in report.conflicts.values()] == ["E8033"]
    assert story_of(officer, address, KEY).now.comment == ""


def test_nobody_else_reads_or_says_anything(
    officer: Actor, address: Address, places: list[Place], actor: Callable[..., Actor]
) -> None:
    remark(officer, address, KEY, "", True)
    neighbour, reader = (
        actor("statistics_officer", place=places[1]),
        actor("statistics_approver", place=places[0].parent),
    )
    for do in (lambda: story_of(neighbour, address, KEY), lambda: remark(neighbour, address, KEY, "x", False)):
        with pytest.raises(HosoError) as error:
            do()
        assert error.value.code == "HS7011"
    assert followed_cells(neighbour) == []
    assert [one.unit for one in followed_cells(reader)] == [address.unit]
    with pytest.raises(HosoError) as error:
        remark(reader, address, KEY, "x", False)
    assert error.value.code == "HS2001"


def test_no_such_cell(officer: Actor, address: Address) -> None:
    for key in (("NO_SUCH", ()), ("DELIV_TEEN", ("x",))):
        with pytest.raises(HosoError) as error:
            story_of(officer, address, key)
        assert error.value.code == "HS7003"


def test_the_reason_of_a_returned_cell_stands_on_the_sheet(
    officer: Actor, address: Address, places: list[Place], actor: Callable[..., Actor]
) -> None:
    report = [(uid_of(f"form:{FORM}"), MONTH, address.unit)]
    take_steps(officer, report, Wanted("hand_in"))
    ((element, split),) = seen(officer, "SELECT element_id, split_id FROM statistics_value")
    cells = {(element, split): "kiểm tra sổ đẻ"}
    province = actor("statistics_approver", place=places[0].parent)
    take_steps(province, report, Wanted("return", "xem lại", cells=cells))
    told = {one.row.key: one.note.returned for one in open_sheet(officer, *address).lines if one.note.returned}
    assert told == {"DELIV_TEEN": "kiểm tra sổ đẻ"}
