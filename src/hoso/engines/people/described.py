"""Who a FHIR Patient says it is about: its names, birth, sex and the numbers the house knows."""

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hoso.engines.people.claimed import STRENGTH, ClaimedIdentity, ids_from
from hoso.engines.people.models import BirthDate

SID = "https://hoso.vn/fhir/sid/"
NUMBER_SYSTEMS = {
    SID + "so-dinh-danh-ca-nhan": "personal_number",
    SID + "ma-so-bhxh": "insurance_number",
    SID + "bhyt": "card",
    SID + "ho-chieu": "passport",
}
_SEX = {"male": 1, "female": 2}


@dataclass(frozen=True, slots=True)
class DescribedIdentity(ClaimedIdentity):
    """A claim made by a Patient resource: a new person gets that resource's id as Patient id, whatever its numbers."""

    patient_id: str = field(default="", kw_only=True)

    def ids(self) -> tuple[int, str]:
        return ids_from(f"person|fhir|{self.patient_id}")[0], self.patient_id

    def provisional_ids(self) -> tuple[int, str]:
        return ids_from(f"provisional|fhir|{self.patient_id}")[0], self.patient_id

    def provisional_seed(self) -> str:
        return f"provisional|fhir|{self.patient_id}"


def described(patient: dict[str, Any], patient_id: str, as_of: datetime) -> DescribedIdentity:
    """The claim of a valid Patient."""
    name = next((one for one in patient.get("name", ()) if one.get("use") == "official"), None)
    phone = next((one.get("value", "") for one in patient.get("telecom", ()) if one.get("system") == "phone"), "")
    return DescribedIdentity(
        name=_name(name or next(iter(patient.get("name", ())), {})),
        birth=_birth(patient.get("birthDate", "")),
        sex=_SEX.get(patient.get("gender", ""), 3),
        numbers=numbers_of(patient),
        facility_code="",
        phone=phone.replace(" ", ""),
        address=_address(next(iter(patient.get("address", ())), {})),
        as_of=as_of,
        patient_id=patient_id,
    )


def numbers_of(patient: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """(kind, value) of the numbers in systems the house knows, the strongest kind first."""
    found = {
        (NUMBER_SYSTEMS[one["system"]], one["value"].replace(" ", "").upper())
        for one in patient.get("identifier", ())
        if one.get("system") in NUMBER_SYSTEMS and one.get("value", "").strip() and one.get("use") != "old"
    }
    return tuple(sorted(found, key=lambda one: (STRENGTH.index(one[0]), one[1])))


def _name(given: dict[str, Any]) -> str:
    """`text` where it is given; else family name before given names, as Vietnamese names are written."""
    parts = [given.get("family", ""), *(one for one in given.get("given", ()) if one)]
    return str(given.get("text") or " ".join(part for part in parts if part))


def _birth(text: str) -> BirthDate:
    """As precisely as FHIR's date says: yyyy, yyyy-mm or yyyy-mm-dd."""
    numbers = [int(one) for one in text.split("-")] if text else []
    if not numbers or not 1 <= numbers[0] <= 9999:
        return BirthDate(None, 0)
    year, month, day = (*numbers, 1, 1)[:3]
    last = calendar.monthrange(year, month)[1]
    return BirthDate(date(year, month, min(day, last)), len(numbers))


def _address(given: dict[str, Any]) -> str:
    parts = [
        *(one for one in given.get("line", ()) if one),
        *(given.get(key, "") for key in ("district", "city", "state")),
    ]
    return str(given.get("text") or ", ".join(part for part in parts if part))
