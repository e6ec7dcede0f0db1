"""One row of a list of households: what it says, or everything that is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow
from hoso.core.places.communes import Commune
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc
from hoso.engines.intake.households.sheet import REQUIRED
from hoso.engines.people.models import BirthDate

SEX = {"1": 1, "nam": 1, "male": 1, "m": 1, "2": 2, "nu": 2, "female": 2, "f": 2, "3": 3, "khac": 3, "": 3}
LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)
LONGEST = 300  # characters of a value
EARLIEST = date(1880, 1, 1)
_DAYS = (("%Y-%m-%d", 3), ("%d/%m/%Y", 3), ("%Y%m%d", 3), ("%m/%Y", 2), ("%Y", 1))
_SHAPES = {
    "personal_id": re.compile(r"\d{12}\Z"),
    "insurance_number": re.compile(r"\d{10}\Z"),
    "card": re.compile(r"[A-Z]{2}[1-5]\d{12}\Z"),
    "passport": re.compile(r"(?=.*\d)[A-Z0-9]{6,15}\Z", re.ASCII),
    "nationality": re.compile(r"\d{3}\Z", re.ASCII),  # as MA_QUOCTICH: "000" is Việt Nam
    "phone": re.compile(r"\+?\d{9,12}\Z"),
    "occupation": re.compile(r"\d{1,5}\Z"),
    "lists": re.compile(r"[A-Z]{2}([; ]+[A-Z]{2})*\Z"),
}


_NEVER_EMPTY = frozenset(REQUIRED) - {"sex"}


@dataclass(frozen=True, slots=True)
class Communes:
    """By code, those of the day on which the list is true, and those of the last day that had districts."""

    then: Mapping[str, Commune]
    before: Mapping[str, Commune]


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A right row. `lived_in` is the unit that the list names, `place_id` the commune of today it is (itself where it was split)."""

    number: int
    household: str
    member: str
    relation: str
    name: str
    birth: BirthDate
    died: date | None
    sex: int
    numbers: tuple[tuple[str, str], ...]
    phone: str
    address: str
    lived_in: int
    place_id: int
    occupation: str
    lists: tuple[str, ...]
    nationality: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """By place: thousands travel with every batch from a helper process, and names would cost half of that."""
        return HouseholdRow, _VALUES(self)


_VALUES = attrgetter(*(one.name for one in fields(HouseholdRow)))


def check_row(row: SheetRow, true_on: date, communes: Communes) -> HouseholdRow | list[Refusal]:
    """The row as the list means it on the day on which it is true."""
    refusals: list[Refusal] = []

    def refuse(field: str, error: str, /, **more: object) -> None:
        refusals.append(Refusal(row.number, field, HosoError(error, row=row.number, **more)))

    values = dict(row.values)
    for field, value in values.items():
        if value:
            values[field] = value = " ".join(to_nfc(value).split())
            if len(value) > LONGEST or not value.isprintable():
                shown = "".join(one for one in value[:50] if one.isprintable())
                refuse(field, "HS6009", column=field, value=f"{shown}…")
        if not value and field in _NEVER_EMPTY:
            refuse(field, "HS6002", column=field)
    if row.surplus:
        refuse("", "HS6013", value=row.surplus[:50])
    _shape(values, refuse)
    birth, died = _birth(values["born"]), _birth(values["died"])
    if values["born"] and (birth.day is None or not EARLIEST <= birth.day <= true_on):
        refuse("born", "HS6009", column="born", value=values["born"][:50])
    if values["died"] and (died.precision != 3 or died.day is None or birth.day is None or died.day < birth.day):
        refuse("died", "HS6009", column="died", value=values["died"][:50])
    sex = _sex(values["sex"])
    if sex is None:
        refuse("sex", "HS6009", column="sex", value=values["sex"][:50])
    lived_in, place_id = _place(values, true_on, communes, refuse)
    if refusals or sex is None:
        return refusals
    return HouseholdRow(
        row.number, f"{values['commune_code']}/{values['household']}", values["person"], values["relation"], values["name"],
        birth, died.day, sex, _numbers(values), values["phone"], values["address"], lived_in, place_id,
        values["occupation"], tuple(re.split(r"[; ]+", values["lists"])) if values["lists"] else (),
        values["nationality"],
    )  # fmt: skip


def _shape(values: dict[str, str], refuse: Callable[..., None]) -> None:
    for field, shape in _SHAPES.items():
        if not values[field]:
            continue
        values[field] = re.sub(r"[ .\-]", "", values[field]).upper() if field != "lists" else values[field].upper()
        if values[field] and not shape.match(values[field]):
            refuse(field, "HS6009", column=field, value=values[field][:50])


def _numbers(values: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Strongest kind first; the place in the list last, by which who has no number is known again."""
    insurance = values["insurance_number"] or values["card"][-10:]
    found = (
        ("personal_number", values["personal_id"]), ("insurance_number", insurance), ("card", values["card"]), ("passport", values["passport"]),
        ("household_member", f"{values['commune_code']}/{values['household']}/{values['person']}"),
    )  # fmt: skip
    return tuple((kind, value) for kind, value in found if value)


@lru_cache(maxsize=256)
def _sex(text: str) -> int | None:
    return SEX.get(fold(text))


@lru_cache(maxsize=65536)
def _birth(text: str) -> BirthDate:
    if (
        len(text) == 10 and text.isascii() and text[2] == text[5] == "/"
    ):  # as nearly all are written; strptime takes its time
        day, month, year = text[:2], text[3:5], text[6:]
        if day.isdigit() and month.isdigit() and year.isdigit():
            try:
                return BirthDate(date(int(year), int(month), int(day)), 3)
            except ValueError:
                return BirthDate(None, 0)
    for form, precision in _DAYS:
        try:
            return BirthDate(datetime.strptime(text, form).date(), precision)
        except ValueError:
            continue
    return BirthDate(None, 0)


def _place(values: dict[str, str], true_on: date, communes: Communes, refuse: Callable[..., None]) -> tuple[int, int]:
    """Where the list says they live, and which commune that is now. An old commune beside the new one says from which
    district they come: it is kept as where they lived, and has to have become the new one."""
    unit = communes.then.get(values["commune_code"])
    lived_in = unit.id if unit else 0
    if values["commune_code"] and not unit:
        refuse("commune_code", "HS6001", code=values["commune_code"][:20], day=f"{true_on:%d/%m/%Y}")
    if old := values["old_commune_code"]:
        before = communes.before.get(old)
        if not before:
            refuse("old_commune_code", "HS6001", code=old[:20], day=f"{LAST_DAY_OF_DISTRICTS:%d/%m/%Y}")
        elif unit and unit.now not in before.heirs:
            refuse("old_commune_code", "HS6036", old=old, new=values["commune_code"])
        else:
            lived_in = before.id
    return lived_in, unit.now if unit else 0
