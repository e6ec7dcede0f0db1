"""Decisions on units: what a file must hold, what is applied, that undoing leaves nothing behind."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.errors import HosoError
from hoso.core.places.decisions import actions
from hoso.core.places.decisions.preview import preview_of
from hoso.core.places.decisions.queries import decision_by_id, decision_by_number
from hoso.core.places.decisions.sheet import COLUMNS, template
from hoso.core.places.facilities import facility_place_id
from hoso.core.places.models import Facility, FacilityLink, Place
from hoso.core.places.queries import now, place_at, then

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
HEAD = {"decision_number": "1/NQ (mẫu)", "decided_on": "01/11/2026", "in_force_from": "20/11/2026", "source": "Tệp thử"}
Change = dict[str, str]
# Of Hà Nội: 00004 Ba Đình, 00008 Ngọc Hà, 00025 Giảng Võ, 00070 Hoàn Kiếm.
MERGED: list[Change] = [
    {
        "action": "merged",
        "level": "commune",
        "old_code": "00004",
        "new_code": "00004",
        "new_name": "Phường Ba Đình Mới",
    },
    {"action": "sáp nhập", "level": "xã", "old_code": "00008", "new_code": "00004"},
]
SPLIT: list[Change] = [
    {"action": "split", "level": "commune", "old_code": "00070", "new_code": "00070", "new_name": "Phường Hoàn Kiếm"},
    {"action": "split", "level": "commune", "old_code": "00070", "new_code": "99001", "new_name": "Phường Mẫu"},
]
RENAMED: Change = {
    "action": "renamed", "level": "commune", "old_code": "00025", "new_code": "00025", "new_name": "Xã Giảng Võ",
}  # fmt: skip
OPENED: Change = {
    "action": "opened", "level": "commune", "new_code": "99002", "new_name": "Đặc khu Mẫu", "parent_code": "01",
}  # fmt: skip


@pytest.fixture
def operating() -> Actor:
    return operator("test")


def sheet(folder: Path, *changes: Change, **head: str) -> Path:
    path = folder / "decision.csv"
    rows = [{**HEAD, **head, **change} for change in changes]
    text = "\n".join([",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)])
    path.write_text(text + "\n", encoding="utf-8")
    return path


def take(actor: Actor, folder: Path, *changes: Change, **head: str) -> int:
    report = actions.import_decision(actor, sheet(folder, *changes, **head))
    assert report.refusals == [], report.as_dict()
    return report.decision_id


def applied(actor: Actor, folder: Path, *changes: Change, **head: str) -> int:
    decision_id = take(actor, folder, *changes, **head)
    actions.approve(actor, decision_id)
    actions.apply(actor, decision_id)
    return decision_id


def everything() -> list[Any]:
    """All rows that a decision may touch."""
    found = []
    with connection.cursor() as cursor:
        for table in ("places_place", "places_succession", "places_facility_link"):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found.append(cursor.fetchall())
    return found


def unit(code: str, day: date = DAY) -> Place:
    found = place_at(3, code, day)
    assert found
    return found


def facility(code: str, in_unit: Place, closed: date | None = None) -> Facility:
    made = Facility.objects.create(code=code, name=code, folded_name=code, kind="commune_station")
    FacilityLink.objects.create(facility=made, place=in_unit, valid_to=closed)
    return made


def test_a_decision_takes_effect_and_the_past_stays(operating: Actor, tmp_path: Path) -> None:
    before = {code: unit(code, DAY - timedelta(days=1)) for code in ("00004", "00008", "00070", "00025")}
    applied(operating, tmp_path, *MERGED, *SPLIT, RENAMED, OPENED)
    assert unit("00004").full_name == "Phường Ba Đình Mới" and unit("00004").pk != before["00004"].pk
    assert place_at(3, "00008", DAY) is None and unit("00008", DAY - timedelta(days=1)).pk == before["00008"].pk
    assert [place.pk for place in now(before["00008"], DAY)] == [unit("00004").pk]
    assert {place.code for place in now(before["00070"], DAY)} == {"00070", "99001"}
    assert [place.full_name for place in now(before["00025"], DAY)] == ["Xã Giảng Võ"]
    assert {place.pk for place in then(unit("00004"), DAY - timedelta(days=1))} == {
        before["00004"].pk,
        before["00008"].pk,
    }
    made = unit("99002")
    assert (made.kind, made.address, made.origin) == ("dac_khu", "Đặc khu Mẫu, Thành phố Hà Nội", "local")
    assert made.pk == 32026112099002 and "1/NQ (mẫu)" in made.basis


def test_parts_are_equal_and_marked_unless_somebody_said_how_large(operating: Actor, tmp_path: Path) -> None:
    shares = [
        SPLIT[0] | {"share": "0.7", "share_source": "Phương án"}, SPLIT[1] | {"share": "0.3", "share_source": "Phương án"},
    ]  # fmt: skip
    old = unit("00070", DAY - timedelta(days=1))
    decision_id = take(operating, tmp_path, *SPLIT)
    decision = decision_by_id(decision_id)
    assert decision and [heir.is_default for line in preview_of(decision).lines for heir in line.heirs] == [True, True]
    actions.approve(operating, decision_id)
    actions.apply(operating, decision_id)
    assert _shares(old) == [(0.5, "equal", ""), (0.5, "equal", "")]
    actions.undo(operating, decision_id, "thử")
    applied(operating, tmp_path, *shares)
    assert _shares(old) == [(0.3, "given", "Phương án"), (0.7, "given", "Phương án")]


def _shares(place: Place) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT share::float8, origin, share_source FROM places_share WHERE old_id = %s ORDER BY 1", [place.pk]
        )
        return list(cursor.fetchall())


def test_facilities_go_to_the_one_heir_or_where_the_decision_says(operating: Actor, tmp_path: Path) -> None:
    merged, told, open_, shut = (
        facility("01M01", unit("00008")), facility("01M02", unit("00070")), facility("01M03", unit("00070")),
        facility("01M04", unit("00008"), closed=date(2026, 1, 1)),
    )  # fmt: skip
    parts = [SPLIT[0], SPLIT[1] | {"facilities": "01M02"}]
    decision = decision_by_id(take(operating, tmp_path, *MERGED, *parts))
    assert decision
    shown = {code: to for line in preview_of(decision).lines for code, _, to in line.facilities}
    assert shown == {
        "01M01": "Phường Ba Đình Mới, Thành phố Hà Nội", "01M02": "Phường Mẫu, Thành phố Hà Nội", "01M03": "",
    }  # fmt: skip
    actions.approve(operating, decision.id)
    actions.apply(operating, decision.id)
    assert facility_place_id(merged.pk, DAY) == unit("00004").pk
    assert facility_place_id(merged.pk, DAY - timedelta(days=1)) == unit("00008", DAY - timedelta(days=1)).pk
    assert facility_place_id(told.pk, DAY) == unit("99001").pk
    assert facility_place_id(open_.pk, DAY) == unit("00070", DAY - timedelta(days=1)).pk  # nobody said which part
    assert shut.links.count() == 1


def test_a_facility_that_is_not_there_is_refused(operating: Actor, tmp_path: Path) -> None:
    facility("01M01", unit("00008"))
    report = actions.import_decision(operating, sheet(tmp_path, SPLIT[0], SPLIT[1] | {"facilities": "01M01"}))
    assert [(one.row, one.field, one.error.code) for one in report.refusals] == [(3, "facilities", "HS6191")]


def test_undone_everything_is_as_it_was(operating: Actor, tmp_path: Path) -> None:
    facility("01M01", unit("00008"))
    facility("01M02", unit("00004"), closed=date(2030, 1, 1))
    before = everything()
    decision_id = applied(operating, tmp_path, *MERGED, *SPLIT, RENAMED, OPENED)
    assert everything() != before
    actions.undo(operating, decision_id, "nhập nhầm")
    assert everything() == before
    undone = decision_by_id(decision_id)
    assert undone and (undone.state, undone.undone_reason) == ("undone", "nhập nhầm")
    assert take(operating, tmp_path, *MERGED) != decision_id


def test_a_renamed_province_begins_a_row_for_each_of_its_communes(operating: Actor, tmp_path: Path) -> None:
    before = {place.code for place in Place.objects.filter(parent__code="75", parent__valid_to=None, valid_to=None)}
    row = {
        "action": "renamed",
        "level": "province",
        "old_code": "75",
        "new_code": "75",
        "new_name": "Thành phố Biên Hoà",
    }
    kept = everything()
    decision_id = applied(operating, tmp_path, row)
    province = place_at(1, "75", DAY)
    assert province and (province.full_name, province.kind) == ("Thành phố Biên Hoà", "municipality")
    assert {place.code for place in province.children.all()} == before and len(before) == 95
    assert all(place.address.endswith(", Thành phố Biên Hoà") for place in province.children.all())
    actions.undo(operating, decision_id, "thử")
    assert everything() == kept


def test_a_split_province_names_every_commune(operating: Actor, tmp_path: Path) -> None:
    rows = [
        {"action": "split", "level": "province", "old_code": "75", "new_code": "75", "new_name": "Tỉnh Đồng Nai"},
        {"action": "split", "level": "province", "old_code": "75", "new_code": "70", "new_name": "Tỉnh Bình Phước"},
    ]
    report = actions.import_decision(operating, sheet(tmp_path, *rows))
    assert [one.error.code for one in report.refusals] == ["HS6185"]
    communes = [
        {"action": "renamed", "level": "3", "old_code": place.code, "new_code": place.code, "new_name": place.full_name,
         "parent_code": ("75", "70")[number % 2]}
        for number, place in enumerate(Place.objects.filter(parent__code="75", parent__valid_to=None, valid_to=None))
    ]  # fmt: skip
    applied(operating, tmp_path, *rows, *communes)
    assert [place_at(1, code, DAY).children.count() for code in ("75", "70")] == [48, 47]  # type: ignore[union-attr]


def test_before_its_day_it_waits(operating: Actor, tmp_path: Path) -> None:
    decision_id = take(operating, tmp_path, RENAMED, in_force_from="01/03/2099")
    assert actions.apply_due(operating) == (0, 0)
    with pytest.raises(HosoError, match="HS6188"):
        actions.apply(operating, decision_id)
    actions.approve(operating, decision_id)
    with pytest.raises(HosoError, match="HS6192"):
        actions.apply(operating, decision_id)
    assert actions.apply_due(operating) == (0, 0)
    with pytest.raises(Error, match="from its day on"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT places_apply_decision(%s, '{}', '[]', '[]', '[]')", [decision_id])
    actions.withdraw_approval(operating, decision_id)
    actions.drop(operating, decision_id)
    found = decision_by_id(decision_id)
    assert found and found.state == "dropped"


def test_what_is_due_is_applied_and_what_no_longer_fits_says_why(operating: Actor, tmp_path: Path) -> None:
    first = take(operating, tmp_path, RENAMED)
    second = take(operating, tmp_path, RENAMED | {"new_name": "Xã Khác"}, decision_number="2/NQ (mẫu)")
    for decision_id in (first, second):
        actions.approve(operating, decision_id)
    assert actions.apply_due(operating) == (1, 1)
    stays = decision_by_id(second)
    assert stays and stays.state == "approved" and (stays.hindered_by or "").startswith("HS6181")


def test_one_that_a_later_decision_builds_on_is_not_undone(operating: Actor, tmp_path: Path) -> None:
    first = applied(operating, tmp_path, RENAMED)
    later = RENAMED | {"new_name": "Phường Giảng Võ"}
    second = applied(operating, tmp_path, later, decision_number="2/NQ (mẫu)", in_force_from="2026-11-25")
    with pytest.raises(HosoError, match="HS6187"):
        actions.undo(operating, first, "thử")
    actions.undo(operating, second, "thử")
    actions.undo(operating, first, "thử")


def test_one_whose_units_somebody_answers_for_is_not_undone(
    operating: Actor, tmp_path: Path, account_with_role: Callable[..., Any]
) -> None:
    decision_id = applied(operating, tmp_path, OPENED)
    account_with_role("statistics_officer", place=unit("99002"))
    with pytest.raises(HosoError, match="HS6186"):
        actions.undo(operating, decision_id, "thử")


def test_the_next_file_of_a_draft_replaces_it_and_what_is_approved_stays(operating: Actor, tmp_path: Path) -> None:
    decision_id = take(operating, tmp_path, RENAMED)
    assert take(operating, tmp_path, *MERGED) == decision_id
    found = decision_by_number("1/NQ (mẫu)")
    assert found and [change.action for change in found.changes] == ["merged", "merged"]
    actions.approve(operating, decision_id)
    with pytest.raises(HosoError, match="HS6183"):
        actions.import_decision(operating, sheet(tmp_path, RENAMED))
    with (
        pytest.raises(Error, match="row-level security|row security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE places_decision SET state = 'applied' WHERE id = %s", [decision_id])


def test_who_does_not_administer_places_may_not(tmp_path: Path, actor: Callable[..., Actor]) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        actions.import_decision(actor("doctor"), sheet(tmp_path, RENAMED))


def test_yaml_says_the_same(operating: Actor, tmp_path: Path) -> None:
    path = tmp_path / "decision.yaml"
    path.write_text(
        "decision_number: 1/NQ (mẫu)\ndecided_on: 2026-11-01\nin_force_from: 2026-11-20\nsource: Tệp thử\nchanges:\n"
        "- {action: split, level: commune, old_code: 00070, new_code: 00070, new_name: Phường Hoàn Kiếm}\n"
        "- {action: split, level: commune, old_code: 00070, new_code: 99001, new_name: Phường Mẫu, facilities: []}\n",
        encoding="utf-8",
    )
    report = actions.import_decision(operating, path)
    assert report.refusals == []
    told = decision_by_id(report.decision_id)
    other = decision_by_id(take(operating, tmp_path, *SPLIT))
    assert told and other
    assert [change.new_code for change in told.changes] == ["00070", "99001"]
    assert [(change.action, change.old_code, change.new_name) for change in told.changes] == [
        (change.action, change.old_code, change.new_name) for change in other.changes
    ]


def test_the_template_reads_and_is_an_example_only(operating: Actor, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(template(), encoding="utf-8-sig", newline="")
    report = actions.import_decision(operating, path)
    assert report.rows == 7 and {one.error.code for one in report.refusals} == {"HS6181"}


CODES = ("00004", "00008", "00025", "00070")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_decision_undone_leaves_nothing(operating: Actor, tmp_path: Path, data: st.DataObject) -> None:
    """Random fates of four wards: each goes on, is split or merged; then nothing is left of it."""
    goals = data.draw(
        st.lists(st.sets(st.sampled_from(("99011", "99012", "99013")), min_size=1), min_size=4, max_size=4)
    )
    takers = {
        new: [old for old, goal in zip(CODES, goals, strict=True) if new in goal] for goal in goals for new in goal
    }
    rows = []
    for old, goal in zip(CODES, goals, strict=True):
        for new in sorted(goal):
            alone = len(goal) == 1 and len(takers[new]) == 1
            action = "split" if len(goal) > 1 else "renamed" if alone else "merged"
            rows.append(
                {"action": action, "level": "commune", "old_code": old, "new_code": new, "new_name": f"Xã {new}"}
            )
    before = everything()
    held = {code: unit(code, DAY - timedelta(days=1)) for code in CODES}
    with transaction.atomic():
        decision_id = applied(operating, tmp_path, *rows)
        for old, goal in zip(CODES, goals, strict=True):
            assert {place.code for place in now(held[old], DAY)} == goal
            assert sum(share for share, _, _ in _shares(held[old])) == pytest.approx(1)
        for new, olds in takers.items():
            assert {place.code for place in then(unit(new), DAY - timedelta(days=1))} == set(olds)
        actions.undo(operating, decision_id, "thử")
        assert everything() == before
        transaction.set_rollback(True)
