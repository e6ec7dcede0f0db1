"""The files beside the packages: facilities, people, and a package to be refused."""

from __future__ import annotations

import csv
from pathlib import Path

from hoso.demo.facilities import facilities
from hoso.demo.packages import COMMENT
from hoso.demo.people import Person
from hoso.demo.settings import ProvinceSettings
from hoso.demo.tables import DECLARATION

PERSON_COLUMNS = (
    "household", "person", "relation", "name", "sex", "born", "died", "personal_id", "insurance_number", "card",
    "phone", "address", "commune_code", "old_commune_code", "old_district_code", "old_province_code", "registered_facility",
)  # fmt: skip


def person_row(person: Person, settings: ProvinceSettings) -> tuple[object, ...]:
    """A line of households.csv; the address is the one at the end of the period."""
    place = person.commune
    return (
        person.household, person.number, person.relation, person.name, person.sex, person.born, person.died or "",
        person.personal_id, person.insurance_number, person.card, person.phone, person.address(settings.end),
        place.code, place.old_code, place.old_district_code, place.old_province_code, person.registered.code,
    )  # fmt: skip


def write_facilities(path: Path) -> None:
    """facilities.csv."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(("code", "name", "kind", "commune_code", "province_code"))
        for place in facilities():
            table.writerow((place.code, place.name, place.kind, place.commune_code, place.province_code))


def write_refused(path: Path) -> None:
    """A package with a DOCTYPE: a reader must refuse the whole of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    doctype = '<!DOCTYPE GIAMDINHHS [<!ENTITY syn "SYN">]>\n'
    body = "<GIAMDINHHS><THONGTINDONVI><MACSKCB>80901</MACSKCB></THONGTINDONVI></GIAMDINHHS>\n"
    path.write_text(DECLARATION + doctype + COMMENT + body, encoding="utf-8")
