"""The commune that a written address names: every address of the crosswalk, as people write them, and what names none."""

import csv
from datetime import date

import pytest

from hoso.core.definitions import definitions_folder
from hoso.core.places.communes import communes_on
from hoso.core.places.models import Place
from hoso.core.places.queries import now, place_at
from hoso.core.places.written import forget, written_place

OLD, AFTER = date(2025, 6, 30), date(2026, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget()


def test_every_old_address_of_the_crosswalk_is_read_whenever_it_is_written() -> None:
    with (definitions_folder() / "places" / "crosswalk_commune_2025.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 10_602
    communes = communes_on(OLD)
    for number, row in enumerate(rows):
        address = f"Số 12/3 (mẫu), {row['old_name'].lstrip(', ')}"
        island = None if row["old_commune_code"] else place_at(2, row["old_district_code"], OLD)
        expected = now(island)[0].pk if island else communes[row["old_commune_code"]].now
        assert written_place(address, AFTER if number % 20 else OLD) == expected, row


def test_every_address_of_today_is_read() -> None:
    today = date.today()
    for unit in Place.objects.filter(level=3, valid_to=None):
        assert written_place(f"Tổ 4, {unit.address}", today) == unit.pk


@pytest.mark.parametrize(
    "address",
    [
        "Ấp 1, Xã Thái Mỹ, Huyện Củ Chi, Thành phố Hồ Chí Minh", "xa thai my, h. cu chi, tp.hcm", "X. Thái Mỹ; H. Củ Chi; TPHCM",
        "THÁI MỸ, CỦ CHI, HỒ CHÍ MINH, VIỆT NAM", "Xã Thái Mỹ , Huyện Củ Chi,  Sài Gòn.",
    ],
)  # fmt: skip
def test_an_address_is_read_as_people_write_it(address: str) -> None:
    unit = place_at(3, "27538", OLD)
    assert unit and unit.name == "Thái Mỹ"
    assert written_place(address, AFTER) == now(unit)[0].pk


@pytest.mark.parametrize(
    "address",
    [
        "", "   ", "ấp 8 (cũ)", "Huyện Củ Chi, Thành phố Hồ Chí Minh", "Xã Thái Mỹ", "Xã Thái Mỹ, Tỉnh Đồng Nai",
        "Phường Thái Mỹ, Huyện Củ Chi, Thành phố Hồ Chí Minh", "Xã Không Có, Huyện Củ Chi, TP.HCM", ",,,", "Quảng Trị, Quảng Trị, Quảng Trị, Lào",
    ],
)  # fmt: skip
def test_what_names_no_single_commune_is_read_as_none(address: str) -> None:
    assert written_place(address, AFTER) == 0
