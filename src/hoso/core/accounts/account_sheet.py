"""The list of accounts for the stations and facilities of a province: its template, and what a row must hold."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.core.files.sheets import SheetRow, read_sheet
from hoso.core.places.facility_checks import read_day
from hoso.core.places.models import Facility, FacilityLink
from hoso.core.vietnamese.folding import fold

REQUIRED = ("facility_code", "full_name", "role")
OPTIONAL = ("facility_name", "username", "kind", "email", "personal_number", "valid_to", "licence", "licence_proof")
PEOPLE = (Account.Kind.CLINICAL, Account.Kind.TECHNICAL, Account.Kind.ADMINISTRATOR)


@dataclass(frozen=True)
class AccountRow:
    """A row that may be taken; `scope_facility` is where the role is held."""

    number: int
    facility: Facility
    full_name: str
    username: str
    role: str
    kind: str
    email: str
    personal_number: str
    valid_to: date | None
    licence: str = ""
    licence_proof: str = ""


def template_csv(province_id: int | None, suggested_role: str) -> str:
    """The heading and, where a province is given, one row for each of its confirmed facilities with the names to fill in."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([*REQUIRED, *OPTIONAL])
    for code, name in _facilities_in(province_id) if province_id else ():
        writer.writerow([code, "", suggested_role, name])
    return "\ufeff" + target.getvalue()


def _facilities_in(province_id: int) -> list[tuple[str, str]]:
    links = FacilityLink.objects.filter(place__parent_id=province_id, valid_to=None, facility__closed=None)
    found = links.filter(facility__confirmed=True).values_list("facility__code", "facility__name")
    return sorted({(code, name) for code, name in found})


def read_account_sheet(path: Path) -> Iterator[SheetRow]:
    """Raises HosoError HS6008, HS6010, HS6011 as `read_sheet`."""
    return read_sheet(path, REQUIRED, OPTIONAL)


def check_row(row: SheetRow, facilities: dict[str, Facility], roles: set[str]) -> AccountRow:
    """The row with what it means. Raises HosoError HS6002, HS6009 or HS6013 for the first thing wrong with it."""
    values = row.values
    if row.surplus:
        raise HosoError("HS6013", row=row.number, value=row.surplus)
    for field in REQUIRED:
        if not values[field]:
            raise HosoError("HS6002", row=row.number, column=field)
    facility = facilities.get(values["facility_code"].upper())
    kind = values["kind"].lower() or Account.Kind.CLINICAL
    valid_to = read_day(values["valid_to"])
    wrong = {
        "facility_code": facility is None,
        "role": values["role"] not in roles,
        "kind": kind not in PEOPLE,
        "valid_to": bool(values["valid_to"]) and valid_to is None,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise HosoError("HS6009", row=row.number, column=field, value=values[field])
    assert facility is not None
    full_name = " ".join(values["full_name"].split())
    username = values["username"].lower() or made_username(facility.code, full_name)
    return AccountRow(
        row.number, facility, full_name, username, values["role"], kind,
        values["email"], values["personal_number"], valid_to, values["licence"], values["licence_proof"],
    )  # fmt: skip


def made_username(facility_code: str, full_name: str) -> str:
    """`ha.tt.80936` for Trần Thu Hà of 80936: the given name, the initials before it, the facility; always the same."""
    *before, given = fold(full_name).split() or [""]
    initials = "".join(word[0] for word in before)
    return ".".join(part for part in (given, initials, facility_code.lower()) if part)
