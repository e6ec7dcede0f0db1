"""Outlines: every unit of today has one that is closed and lies in Viet Nam's waters or land."""

import csv
from itertools import pairwise

import pytest

from hoso.core.definitions import definitions_folder
from hoso.core.places.outlines import outline_of


@pytest.mark.parametrize(("tier", "file"), [("province", "provinces_current.csv"), ("commune", "communes_current.csv")])
def test_every_unit_has_closed_rings_in_viet_nam(tier: str, file: str) -> None:
    with (definitions_folder() / "places" / file).open(encoding="utf-8-sig") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert len(codes) > 30
    for code in codes:
        outline = outline_of(tier, code)
        assert outline is not None, code
        for polygon in outline["coordinates"]:
            for ring in polygon:
                assert ring[0] == ring[-1] and len(ring) >= 4, code
                assert all(102 < x < 118 and 6 < y < 24 for x, y in ring), code


def test_ha_noi_holds_its_own_middle() -> None:
    """By the even number of crossings: a point in Hoàn Kiếm is inside Hà Nội and outside Đà Nẵng."""
    assert _holds("01", 105.85, 21.03) and not _holds("48", 105.85, 21.03)


def _holds(code: str, x: float, y: float) -> bool:
    crossings = 0
    for polygon in outline_of("province", code)["coordinates"]:  # type: ignore[index]
        for ring in polygon:
            for (x1, y1), (x2, y2) in pairwise(ring):
                if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                    crossings += 1
    return crossings % 2 == 1


def test_what_is_not_there_has_none() -> None:
    assert outline_of("province", "99") is None and outline_of("facility", "01000") is None
