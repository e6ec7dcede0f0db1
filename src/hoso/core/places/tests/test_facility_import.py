"""The import of facilities: refuses by the row, never half, never twice."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.db import IntegrityError, transaction

from hoso.core.errors import HosoError
from hoso.core.places.facilities import (
    ensure_facility,
    facility_by_code,
    facility_ids,
    facility_name_at,
    facility_place_id,
    import_facilities,
    write_facility_template,
)
from hoso.core.places.models import Facility, FacilityLink
from hoso.core.places.queries import now, place_at

DAY = date(2026, 11, 22)
HEADING = ["code", "name", "kind", "commune_code", "province_code", "opened", "closed"]
STATION = ["80901", "Trạm Y tế Tân Ninh (mẫu)", "commune_station", "25459", "80", "", ""]
pytestmark = pytest.mark.django_db


def sheet(folder: Path, *rows: list[str], heading: list[str] | None = None, separator: str = ",") -> Path:
    path = folder / "facilities.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, delimiter=separator).writerows([heading or HEADING, *rows])
    return path


def workbook(folder: Path, *rows: list[Any]) -> Path:
    path = folder / "facilities.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page, days = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate([HEADING, *rows]):
            for column, value in enumerate(row):
                page.write(number, column, value, days if isinstance(value, date) else None)
    return path


def without(column: str, **values: str) -> list[str]:
    row = dict(zip(HEADING, STATION, strict=True)) | {column: ""} | values
    return [row[name] for name in HEADING]


def test_a_right_list_is_taken_and_again_changes_nothing(tmp_path: Path) -> None:
    path = sheet(
        tmp_path, STATION, ["80902", "Phòng khám B (mẫu)", "Phòng khám đa khoa", "25459", "80", "01/02/2020", ""]
    )
    report = import_facilities(path, DAY)
    assert (report.rows, report.created, report.refusals) == (2, 2, [])
    facility = facility_by_code("80902")
    assert facility and facility.kind == "polyclinic" and facility.opened == date(2020, 2, 1) and facility.confirmed
    again = import_facilities(path, DAY)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert FacilityLink.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (without("code"), "code", "HS6002"),
        (without("name"), "name", "HS6002"),
        (without("kind"), "kind", "HS6002"),
        (without("commune_code"), "commune_code", "HS6002"),
        (without("province_code"), "province_code", "HS6002"),
        (without("", code="8090"), "code", "HS6009"),
        (without("", code="A0901"), "code", "HS6009"),
        (without("", name="x" * 301), "name", "HS6009"),
        (without("", kind="castle"), "kind", "HS6009"),
        (without("", commune_code="99999"), "commune_code", "HS6005"),
        (without("", commune_code="25456"), "commune_code", "HS6005"),
        (without("", province_code="72"), "province_code", "HS6012"),
        (without("", opened="31/02/2020"), "opened", "HS6009"),
        (without("", opened="2020"), "opened", "HS6009"),
        (without("", opened="2026-06-02", closed="2026-06-02"), "closed", "HS6004"),
        ([*STATION, "surplus"], "", "HS6013"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number_field_and_code(
    tmp_path: Path, row: list[str], field: str, code: str
) -> None:
    report = import_facilities(sheet(tmp_path, ["80999", *STATION[1:]], row), DAY)
    assert [(refusal.row, refusal.field, refusal.error.code) for refusal in report.refusals] == [(3, field, code)]
    assert report.created == 1 and Facility.objects.count() == 1


def test_everything_wrong_with_a_row_is_named(tmp_path: Path) -> None:
    report = import_facilities(sheet(tmp_path, ["1", "", "castle", "99999", "80", "x", "y"], STATION), DAY)
    assert len(report.refusals) == 6 and report.refused_rows == [2]
    assert report.rows == report.created + len(report.refused_rows) == 2
    told = report.as_dict()
    assert told["refused"] == 1 and "Dòng 2" in told["refusals"][0]["message"]["vi"]


def test_the_second_row_of_a_code_is_refused(tmp_path: Path) -> None:
    report = import_facilities(sheet(tmp_path, STATION, without("", name="Khác")), DAY)
    assert [(refusal.row, refusal.error.code) for refusal in report.refusals] == [(3, "HS6003")]
    assert [facility.name for facility in Facility.objects.all()] == [STATION[1]]


def test_a_wrong_file_is_refused_whole(tmp_path: Path) -> None:
    for heading, code in ((HEADING[:4], "HS6011"), ([*HEADING, "beds"], "HS6008"), ([*HEADING, "code"], "HS6008")):
        with pytest.raises(HosoError) as caught:
            import_facilities(sheet(tmp_path, heading=heading), DAY)
        assert caught.value.code == code
    for name, content in (("a.csv", b"code\xff"), ("a.xlsx", b"PK\x03\x04 no"), ("b.csv", b'code,"x'), ("c.csv", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(HosoError) as caught:
            import_facilities(tmp_path / name, DAY)
        assert caught.value.code in ("HS6010", "HS6011")
    with pytest.raises(HosoError, match="HS6010"):
        import_facilities(tmp_path / "none.csv", DAY)


def test_separators_marks_and_blank_rows_are_understood(tmp_path: Path) -> None:
    path = sheet(tmp_path, STATION, [""] * 7, ["80902", *STATION[1:]], separator=";")
    path.write_text("\ufeff" + path.read_text())
    assert import_facilities(path, DAY).created == 2


def test_a_workbook_is_read_and_lost_zeros_are_refused(tmp_path: Path) -> None:
    opened = date(2019, 5, 1)
    path = workbook(
        tmp_path,
        [80901, "Trạm Y tế (mẫu)", "commune_station", "25459", "80", opened, ""],
        [],
        ["01001", "Bệnh viện (mẫu)", "provincial_hospital", 4, 1, "", ""],
    )
    report = import_facilities(path, DAY)
    facility = facility_by_code("80901")
    assert facility and facility.opened == opened
    assert {(refusal.row, refusal.field, refusal.error.code) for refusal in report.refusals} == {
        (4, "commune_code", "HS6005")
    }


def test_a_changed_name_is_kept_with_its_last_day(tmp_path: Path) -> None:
    import_facilities(sheet(tmp_path, STATION), date(2026, 1, 1))
    report = import_facilities(sheet(tmp_path, without("", name="Tên mới (mẫu)")), DAY)
    assert (report.updated, report.created) == (1, 0)
    facility = facility_by_code("80901")
    assert facility
    assert facility_name_at(facility, date(2026, 11, 21)) == STATION[1]
    assert facility_name_at(facility, DAY) == "Tên mới (mẫu)"


def test_a_facility_that_moves_lies_where_it_lay(tmp_path: Path) -> None:
    import_facilities(sheet(tmp_path, STATION), date(2026, 1, 1))
    import_facilities(sheet(tmp_path, without("", commune_code="25708")), DAY)
    facility, old, new = facility_by_code("80901"), place_at(3, "25459", DAY), place_at(3, "25708", DAY)
    assert facility and old and new
    assert facility_place_id(facility.pk, date(2026, 11, 21)) == old.pk
    assert facility_place_id(facility.pk, DAY) == new.pk


def test_a_new_row_of_the_same_unit_is_no_move(tmp_path: Path) -> None:
    row = ["75001", "Trạm Y tế Lộc Ninh (mẫu)", "commune_station", "25270", "75", "", ""]
    import_facilities(sheet(tmp_path, row), date(2026, 1, 1))
    assert import_facilities(sheet(tmp_path, row), DAY).unchanged == 1
    facility, commune, ward = (
        facility_by_code("75001"),
        place_at(3, "25270", date(2026, 1, 1)),
        place_at(3, "25270", DAY),
    )
    assert facility and commune and ward
    assert facility_place_id(facility.pk, date(2026, 1, 1)) == commune.pk
    assert facility_place_id(facility.pk, DAY) == ward.pk
    # Which of the three old communes it was cannot be known: the unit of the link stands.
    assert facility_place_id(facility.pk, date(2020, 1, 1)) == commune.pk


def test_a_facility_of_a_split_commune_finds_its_new_one(tmp_path: Path) -> None:
    old = ["01001", "Phòng khám A (mẫu)", "private_clinic", "00175", "01", "2010-01-01", ""]
    import_facilities(sheet(tmp_path, old), date(2024, 1, 1))
    facility, before = facility_by_code("01001"), place_at(3, "00175", date(2024, 1, 1))
    assert facility and before
    new = now(before, DAY)[0]
    import_facilities(sheet(tmp_path, [*old[:3], new.code, *old[4:]]), DAY)
    assert facility_place_id(facility.pk, date(2025, 6, 30)) == before.pk
    assert facility_place_id(facility.pk, date(2025, 7, 1)) == new.pk


def test_a_closed_day_before_everything_known_is_refused_not_half_taken(tmp_path: Path) -> None:
    import_facilities(sheet(tmp_path, STATION), date(2026, 1, 1))
    import_facilities(sheet(tmp_path, without("", commune_code="25708")), date(2026, 6, 1))
    report = import_facilities(
        sheet(tmp_path, without("", commune_code="25708", name="Khác", closed="2026-03-01")), DAY
    )
    assert [refusal.error.code for refusal in report.refusals] == ["HS6004"]
    assert Facility.objects.get().name == STATION[1]


def test_an_unknown_facility_is_registered_once_and_confirmed_by_import(tmp_path: Path) -> None:
    first, second = ensure_facility("80901"), ensure_facility("80901", "Tên khác")
    assert first.pk == second.pk and not first.confirmed and first.name == "80901"
    assert facility_place_id(first.pk, DAY) == 0
    assert import_facilities(sheet(tmp_path, STATION), DAY).updated == 1
    facility = facility_by_code("80901")
    assert facility and facility.confirmed and facility.earlier_names.count() == 0
    assert facility_ids(["80901", "00000"]) == {"80901": facility.pk}


def test_the_template_is_what_the_import_takes(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_facility_template(path)
    assert import_facilities(path, DAY).rows == 0
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerow(STATION)
    assert import_facilities(path, DAY).created == 1


def test_a_facility_lies_in_one_place_at_a_time() -> None:
    from django.db import IntegrityError, transaction

    facility, place = ensure_facility("80901"), place_at(3, "25459", DAY)
    assert place
    FacilityLink.objects.create(facility=facility, place=place, valid_from=None, valid_to=date(2026, 1, 1))
    FacilityLink.objects.create(facility=facility, place=place, valid_from=date(2026, 1, 1), valid_to=None)
    with pytest.raises(IntegrityError, match="facility_in_one_place_at_a_time"), transaction.atomic():
        FacilityLink.objects.create(facility=facility, place=place, valid_from=DAY, valid_to=None)


def test_coordinates_are_taken_within_the_country_and_kept_where_a_list_has_none(tmp_path: Path) -> None:
    heading = [*HEADING, "latitude", "longitude"]
    wrong = [("106.1", "11.3"), ("11.3", ""), ("", "106.1"), ("11°18", "106.1"), ("-11.3", "106.1"), ("11.3", "1061")]
    rows = [["8091" + str(number), *STATION[1:], *pair] for number, pair in enumerate(wrong)]
    report = import_facilities(sheet(tmp_path, [*STATION, "11,31", "106.1"], *rows, heading=heading), DAY)
    assert report.created == 1
    assert {one.row: {other.field for other in report.refusals if other.row == one.row} for one in report.refusals} == {
        3: {"latitude", "longitude"}, 4: {"longitude"}, 5: {"latitude"}, 6: {"latitude"}, 7: {"latitude"}, 8: {"longitude"},
    }  # fmt: skip
    assert import_facilities(sheet(tmp_path, STATION), DAY).unchanged == 1  # a list without them
    moved = import_facilities(sheet(tmp_path, [*STATION, "11.32", "106.1"], heading=heading), DAY)
    facility = facility_by_code("80901")
    assert facility and (moved.updated, facility.latitude, facility.longitude) == (1, 11.32, 106.1)
    for pair in ({"latitude": 106.1, "longitude": 11.3}, {"latitude": None}):  # the database itself
        with pytest.raises(IntegrityError), transaction.atomic():
            Facility.objects.filter(code="80901").update(**pair)
