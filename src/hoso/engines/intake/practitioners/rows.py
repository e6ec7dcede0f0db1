"""One row of a list of practitioners: what it says, or everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hoso.core.accounts.licence_numbers import licence_number
from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow
from hoso.core.places.facility_checks import read_day
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc
from hoso.engines.intake.practitioners.sheet import REQUIRED

LONGEST = 300  # characters of a value
SEX = {"1": 1, "nam": 1, "male": 1, "2": 2, "nu": 2, "female": 2, "3": 3, "khac": 3, "": None}
YES = {"1": True, "co": True, "x": True, "yes": True, "0": False, "khong": False, "no": False, "": False}
_SPANS = (("issued_on", "valid_to"), ("from", "to"))


@dataclass(frozen=True, slots=True)
class PlaceSaid:
    """Where the row says they practise."""

    facility_id: int
    department: str
    role: str
    part_time: bool
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class PractitionerRow:
    """A right row. What it leaves empty it says nothing about."""

    number: int
    name: str
    birth: date | None
    sex: int | None
    profession: str
    licence: str  # as it is compared
    written: str
    old_licence: str
    old_written: str
    issued_by: str
    issued_on: date | None
    valid_to: date | None
    scope: str
    place: PlaceSaid | None


def check_row(row: SheetRow, facilities: Mapping[str, int]) -> PractitionerRow | list[Refusal]:
    """The row, with its facility found among those of these codes."""
    refusals: list[Refusal] = []

    def refuse(field: str, error: str, /, **more: object) -> None:
        refusals.append(Refusal(row.number, field, HosoError(error, row=row.number, **more)))

    values = dict(row.values)
    for field, value in values.items():
        if value:
            values[field] = value = " ".join(to_nfc(value).split())
            if len(value) > LONGEST or not value.isprintable():
                refuse(field, "HS6009", column=field, value=_shown(value))
        elif field in REQUIRED:
            refuse(field, "HS6002", column=field)
    if row.surplus:
        refuse("", "HS6013", value=_shown(row.surplus))
    numbers = {field: licence_number(values[field]) for field in ("licence", "old_licence")}
    for field, number in numbers.items():
        if values[field] and not number:
            refuse(field, "HS6009", column=field, value=_shown(values[field]))
    if numbers["licence"] and numbers["licence"] == numbers["old_licence"]:
        refuse("old_licence", "HS6009", column="old_licence", value=_shown(values["old_licence"]))
    days = {field: read_day(values[field]) for field in ("born", "issued_on", "valid_to", "from", "to")}
    for field, day in days.items():
        if values[field] and (day is None or (field in ("born", "issued_on") and day > date.today())):
            refuse(field, "HS6009", column=field, value=_shown(values[field]))
    for first, last in _SPANS:
        if (start := days[first]) and (end := days[last]) and end < start:
            refuse(last, "HS6004")
    sex, part_time = SEX.get(fold(values["sex"]), 0), YES.get(fold(values["part_time"]))
    if sex == 0:
        refuse("sex", "HS6009", column="sex", value=_shown(values["sex"]))
    if part_time is None:
        refuse("part_time", "HS6009", column="part_time", value=_shown(values["part_time"]))
    facility = facilities.get(values["facility_code"].upper())
    if values["facility_code"] and facility is None:
        refuse("facility_code", "HS6211", code=_shown(values["facility_code"]))
    if not values["facility_code"] and any(values[one] for one in ("department", "role", "from", "to", "part_time")):
        refuse("facility_code", "HS6212")
    if refusals:
        return refusals
    place = (
        PlaceSaid(facility, values["department"], values["role"], bool(part_time), days["from"], days["to"])
        if facility is not None
        else None
    )
    return PractitionerRow(
        row.number, values["name"], days["born"], sex, values["profession"], numbers["licence"], values["licence"],
        numbers["old_licence"], values["old_licence"], values["issued_by"], days["issued_on"], days["valid_to"], values["scope"],
        place,
    )  # fmt: skip


def _shown(value: str) -> str:
    """What of a wrong value may stand in a report."""
    return "".join(one for one in value[:50] if one.isprintable())
