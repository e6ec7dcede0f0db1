"""“As it is now” and “as it was then”, checked against a slow reading of the crosswalk files themselves."""

import csv
from collections import defaultdict
from datetime import date

import pytest
from django.db import connection

from hoso.core.definitions import definitions_folder
from hoso.core.places.models import Place, Succession
from hoso.core.places.queries import HEIRS, now, place_at, then

OLD, NEW, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)
pytestmark = pytest.mark.django_db
Key = tuple[int, str]


def crosswalk() -> list[tuple[Key, Key]]:
    """Every row of the file: the old unit (a district where the row names no commune) and the new commune."""
    with (definitions_folder() / "places" / "crosswalk_commune_2025.csv").open(encoding="utf-8-sig") as lines:
        return [
            (
                (3, row["old_commune_code"]) if row["old_commune_code"] else (2, row["old_district_code"]),
                (3, row["new_commune_code"]),
            )
            for row in csv.DictReader(lines)
        ]


def units_on(day: date) -> dict[Key, Place]:
    held = Place.objects.extra(where=["daterange(valid_from, valid_to) @> %s::date"], params=[day])
    return {(place.level, place.code): place for place in held}


def test_every_row_of_the_crosswalk_is_followed_to_today_and_back() -> None:
    rows = crosswalk()
    assert len(rows) == 10_602
    heirs, forerunners = defaultdict(set), defaultdict(set)
    for old, new in rows:
        heirs[old].add(new)
        forerunners[new].add(old)
    before, today = units_on(OLD), units_on(TODAY)
    ids_now = {key: place.pk for key, place in today.items()}
    for old, expected in heirs.items():
        assert [place.pk for place in now(before[old], TODAY)] == sorted_ids(expected, ids_now), old
    ids_then = {key: place.pk for key, place in before.items()}
    for new, expected in forerunners.items():
        assert [place.pk for place in then(today[new], OLD)] == sorted_ids(expected, ids_then), new


def sorted_ids(keys: set[Key], ids: dict[Key, int]) -> list[int]:
    return [ids[key] for key in sorted(keys)]


def test_how_the_units_of_2025_were_joined() -> None:
    counts = {
        relation: Succession.objects.filter(effective=NEW, relation=relation, old__level__gt=1).count()
        for relation in Succession.Relation.values
    }
    assert counts == {"merged": 9_432, "split": 1_033, "renamed": 16, "same": 121}
    split = Succession.objects.filter(relation="split")
    assert split.values("old").distinct().count() == 471
    assert not split.exclude(share=None).exists()


def test_each_province_has_one_successor() -> None:
    for place in Place.objects.filter(level=1, valid_to=NEW):
        assert len(now(place, TODAY)) == 1


def test_a_split_commune_has_all_its_heirs() -> None:
    place = place_at(3, "00175", OLD)
    assert place
    assert {heir.name for heir in now(place, TODAY)} == {"Đại Mỗ", "Thanh Xuân", "Yên Hoà"}


def test_a_district_is_now_where_its_communes_are() -> None:
    district, island = place_at(2, "001", OLD), place_at(2, "318", OLD)
    assert district and island
    expected = {heir.pk for commune in district.children.all() for heir in now(commune, TODAY)}
    assert {heir.pk for heir in now(district, TODAY)} == expected
    assert [heir.full_name for heir in now(island, TODAY)] == ["Đặc khu Bạch Long Vĩ"]


def test_between_two_changes_the_unit_of_that_day_is_given() -> None:
    legacy = place_at(3, "25270", OLD)
    assert legacy
    assert [place.full_name for place in now(legacy, date(2025, 12, 1))] == ["Xã Lộc Ninh"]
    ward = now(legacy, TODAY)[0]
    assert ward.full_name == "Phường Lộc Ninh"
    assert [place.full_name for place in then(ward, date(2026, 4, 29))] == ["Xã Lộc Ninh"]
    assert {place.full_name for place in then(ward, OLD)} == {"Thị trấn Lộc Ninh", "Xã Lộc Thái", "Xã Lộc Thuận"}
    assert [place.pk for place in now(ward, TODAY)] == [ward.pk] == [place.pk for place in then(ward, TODAY)]


def test_within_a_province_lie_its_former_units() -> None:
    province, legacy = place_at(1, "75", TODAY), place_at(1, "70", OLD)
    split = place_at(3, "00175", OLD)
    assert province and legacy and split
    with connection.cursor() as cursor:
        cursor.execute("SELECT places_within(ARRAY[%s]::bigint[])", [province.pk])
        within = set(cursor.fetchone()[0])
        cursor.execute("SELECT places_within(ARRAY[%s]::bigint[])", [now(split, TODAY)[0].pk])
        of_heir = set(cursor.fetchone()[0])
    assert legacy.pk in within
    assert {place.pk for place in legacy.children.all()} <= within
    assert {place.pk for place in Place.objects.filter(level=3, parent__code="75", parent__level=1)} <= within
    assert split.pk not in of_heir


def test_the_question_of_now_is_one_query(django_assert_num_queries: object) -> None:
    place = place_at(3, "00175", OLD)
    assert place and HEIRS.count("SELECT p.*") == 1
    with django_assert_num_queries(1):  # type: ignore[operator]
        now(place, TODAY)
    with django_assert_num_queries(1):  # type: ignore[operator]
        then(place, TODAY)
