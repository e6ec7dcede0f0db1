"""The list of practitioners as the facilities of the province keep it: synthetic names under the licence numbers that their
packages bear. Two rows are wrong and are named.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from hoso.demo.facilities import Facility, facilities
from hoso.demo.names import full_name, surname

COLUMNS = (
    "name", "licence", "born", "sex", "profession", "old_licence", "issued_by", "issued_on", "valid_to", "scope",
    "facility_code", "department", "role", "from", "to", "part_time",
)  # fmt: skip
_DEPARTMENTS = {
    "K01": "Khám bệnh, chữa bệnh đa khoa", "K02": "Cấp cứu, hồi sức", "K03": "Nội khoa", "K19": "Ngoại khoa", "K27": "Phụ sản",
    "K18": "Nhi khoa",
}  # fmt: skip
_DOCTORS = range(1, 21)  # who order and write (visits.py)
_TECHNICIANS = range(21, 41)  # who perform services (line_rows.py); one of them reads results
_HEAD = 99
_LAW_OF_2023 = date(2024, 1, 1)
_TWO_PLACES_EVERY = 7  # doctors of a hospital: they see patients at the next facility of the list too
_WRONG = ({"licence": ""}, {"born": "31/02/1980"})


def write_practitioners(path: Path) -> None:
    """practitioners.csv."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, COLUMNS, lineterminator="\n", restval="")
        table.writeheader()
        places = facilities()
        for number, place in enumerate(places):
            table.writerows(_staff(place, places[(number + 1) % len(places)]))
        example = next(_staff(places[0], places[1]))
        table.writerows({**example, **change} for change in _WRONG)


def _staff(place: Facility, next_place: Facility) -> Iterator[dict[str, str]]:
    for staff in (*_DOCTORS, *_TECHNICIANS, _HEAD):
        row = _row(place, staff)
        yield row
        if place.is_hospital and staff in _DOCTORS and staff % _TWO_PLACES_EVERY == 0:
            yield {
                **row,
                "facility_code": next_place.code,
                "department": "",
                "role": "Bác sĩ cộng tác",
                "part_time": "có",
            }


def _row(place: Facility, staff: int) -> dict[str, str]:
    rng = Random(f"practitioner/{place.code}/{staff}")
    sex = rng.choice((1, 2))
    born = date(1965, 1, 1) + timedelta(days=rng.randrange(30 * 365))
    issued = _LAW_OF_2023 + timedelta(days=rng.randrange(2 * 365))
    department = rng.choice(tuple(_DEPARTMENTS))
    is_doctor = staff in _DOCTORS or staff == _HEAD
    row = {
        "name": f"{full_name(rng, surname(rng), sex)} (mẫu)", "licence": place.licence(staff), "born": f"{born:%d/%m/%Y}",
        "sex": "nam" if sex == 1 else "nữ", "profession": "Bác sĩ" if is_doctor else "Kỹ thuật y",
        "issued_by": "Sở Y tế (mẫu)", "issued_on": f"{issued:%d/%m/%Y}", "valid_to": f"{_five_years_on(issued):%d/%m/%Y}",
        "scope": _DEPARTMENTS[department] if is_doctor else "Xét nghiệm, chẩn đoán hình ảnh", "facility_code": place.code,
        "department": department if place.is_hospital else "", "role": "Giám đốc" if staff == _HEAD else "Bác sĩ điều trị" if is_doctor else "Kỹ thuật viên",
        "from": f"{issued:%d/%m/%Y}",
    }  # fmt: skip
    if staff % 3 == 0:
        row["old_licence"] = f"{place.code}{staff:02d}/SYN-CCHN"
    return row


def _five_years_on(day: date) -> date:
    """A licence of the law of 2023 holds five years (29 February ends on the 28th)."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + 5, day.month, last)
