"""The shipped units: how many, valid when, and the promises the database keeps about them."""

from datetime import date, timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction

from hoso.core.places.loading import load_shipped_places
from hoso.core.places.models import Place
from hoso.core.places.queries import address_line, address_lines, children, find, place_at

BEFORE, AFTER, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)
CHANGE = date(2026, 4, 30)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (BEFORE, [63, 696, 10_035]),
        (AFTER, [34, 0, 3_321]),
        (CHANGE - timedelta(1), [34, 0, 3_321]),
        (CHANGE, [34, 0, 3_321]),
        (TODAY, [34, 0, 3_321]),
    ],
)
def test_the_numbers_of_units(day: date, counts: list[int]) -> None:
    held = Place.objects.extra(where=["daterange(valid_from, valid_to) @> %s::date"], params=[day])
    assert [held.filter(level=level).count() for level in (1, 2, 3)] == counts


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (CHANGE - timedelta(1), {"xa": 2_621, "phuong": 687, "dac_khu": 13}),
        (TODAY, {"xa": 2_611, "phuong": 697, "dac_khu": 13}),
    ],
)
def test_ten_communes_became_wards(day: date, kinds: dict[str, int]) -> None:
    held = Place.objects.extra(where=["daterange(valid_from, valid_to) @> %s::date"], params=[day])
    assert {kind: held.filter(level=3, kind=kind).count() for kind in kinds} == kinds


def test_a_code_means_what_it_meant_on_the_day() -> None:
    then, later = place_at(3, "00004", BEFORE), place_at(3, "00004", AFTER)
    assert then and later
    assert (address_line(then), address_line(later)) == (
        "Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội",
        "Phường Ba Đình, Thành phố Hà Nội",
    )
    assert place_at(2, "001", AFTER) is None
    assert address_lines([then.pk, later.pk])[then.pk] == then.address


def test_dong_nai_becomes_a_municipality() -> None:
    before, after = place_at(1, "75", CHANGE - timedelta(1)), place_at(1, "75", CHANGE)
    assert before and after
    assert (before.full_name, before.kind) == ("Tỉnh Đồng Nai", "province")
    assert (after.full_name, after.kind) == ("Thành phố Đồng Nai", "municipality")
    assert len(children(before, CHANGE - timedelta(1))) == len(children(after, CHANGE)) == 95
    assert Place.objects.filter(level=1, kind="municipality", valid_to=None).count() == 7


def test_a_parent_holds_for_the_whole_span_of_its_children() -> None:
    outside = Place.objects.extra(
        tables=['"places_place" AS "above"'],
        where=[
            '"above".id = places_place.parent_id',
            'NOT daterange("above".valid_from, "above".valid_to) @> daterange(places_place.valid_from, places_place.valid_to)',
        ],
    )
    assert not outside.exists()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ba dinh ha noi", "Phường Ba Đình, Thành phố Hà Nội"),
        ("Xã Hoàng Sa", None),
        ("hoang sa", "Đặc khu Hoàng Sa, Thành phố Đà Nẵng"),
        ("loc ninh, dong nai", "Phường Lộc Ninh, Thành phố Đồng Nai"),
        ("TỈNH tay ninh", "Tỉnh Tây Ninh"),
        ("%", None),
        ("", None),
    ],
)
def test_search_needs_no_accents(text: str, first: str | None) -> None:
    found = find(text, TODAY)
    assert (found[0].address if found else None) == first


def test_search_looks_at_the_units_of_the_day_and_level() -> None:
    assert {place.level for place in find("tay ninh", BEFORE)} == {1, 2, 3}
    assert [place.code for place in find("tay ninh", BEFORE, level=1)] == ["72"]
    assert [place.code for place in find("tay ninh", TODAY, level=1)] == ["80"]
    assert len(find("tan", TODAY, limit=7)) == 7


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_same_code_cannot_stand_for_two_units_at_once() -> None:
    row = "(3, '00004', 'x', 'x', '', 'xa', 'x', '', '', %s, {}, '{}', '', 'local')"
    insert = (
        "INSERT INTO places_place (level, code, name, full_name, name_en, kind, folded_name, address, folded_address,"
        " parent_id, valid_from, valid_to, basis, origin) VALUES "
    )
    parent = place_at(1, "01", TODAY)
    assert parent
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        with pytest.raises(IntegrityError, match="place_code_once_at_a_time"), transaction.atomic(using="owner"):
            cursor.execute(insert + row.format("'2026-01-01'", "2027-01-01"), [parent.pk])
        with transaction.atomic(using="owner"):
            cursor.execute(insert + row.format("'2003-01-01'", "2004-01-01"), [parent.pk])
            transaction.set_rollback(True, using="owner")


@pytest.mark.parametrize("table", ["places_place", "places_succession", "definitions_load"])
def test_the_application_cannot_change_what_is_shipped(table: str) -> None:
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.django_db(databases=["default", "owner"])
def test_an_unchanged_file_is_not_loaded_again() -> None:
    assert load_shipped_places() == 0
