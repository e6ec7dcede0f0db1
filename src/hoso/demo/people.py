"""A synthetic person: identity, insurance card, body, and what stays the same from visit to visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from hoso.demo.catalogue import Commune
from hoso.demo.facilities import Facility
from hoso.demo.versions import TWO_LEVEL_GOVERNMENT

# Benefit in percent of the third character of the card.
BENEFIT = {"1": 100, "2": 100, "3": 95, "4": 80, "5": 100}

# Numbers beyond the first 100,000 persons take the codes of other provinces, so that none occurs twice.
_OTHER_PROVINCES = ("079", "082", "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096")


@dataclass(slots=True)
class Person:
    """One resident. `health` holds the persistent part of laboratory values (in spreads)."""

    number: int
    name: str
    sex: int
    born: date
    household: int
    relation: str
    personal_id: str
    insurance_number: str
    card: str
    short_card: bool
    phone: str
    hamlet: str
    commune: Commune
    registered: Facility
    occupation: str
    ethnicity: str
    employer: str
    height: int
    weight: float
    health: tuple[float, ...]
    father: str = ""
    mother: str = ""
    mother_number: int = 0
    died: date | None = None
    illnesses: list[str] = field(default_factory=list)

    def card_on(self, day: date) -> str:
        """The card on a day: every child under six has a TE1 card; `card` is the one at the end of the period."""
        return f"TE180{self.insurance_number}" if self.age(day) < 6 else self.card

    def benefit_on(self, day: date) -> int:
        """Benefit level of the card in percent; 0 without a card."""
        card = self.card_on(day)
        return BENEFIT[card[2]] if card else 0

    def card_as_sent(self, day: date) -> str:
        """The card as printed: since 2021 only the ten digits."""
        card = self.card_on(day)
        return self.insurance_number if card and self.short_card else card

    def id_on(self, day: date) -> str:
        """The personal number as a facility sees it: children under 14 show no identity card."""
        return self.personal_id if self.age(day) >= 14 else ""

    def weight_on(self, day: date) -> float:
        """Weight in kg; children grow."""
        years = (day - self.born).days / 365.25
        if years >= 18:
            return self.weight
        return max(3.0, 3.4 + 6 * min(years, 1) + 2.4 * max(0.0, years - 1) + self.health[1] * (0.4 + years / 4))

    def height_on(self, day: date) -> int:
        """Height in cm; children grow."""
        years = (day - self.born).days / 365.25
        return (
            self.height
            if years >= 18
            else int(50 + 25 * min(years, 1) + 5.3 * max(0.0, years - 1) + self.health[2] * 2)
        )

    def age(self, day: date) -> int:
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def address(self, day: date) -> str:
        """Address with the names in force on the day."""
        place = self.commune
        if day < TWO_LEVEL_GOVERNMENT:
            return f"{self.hamlet} (mẫu), {place.old_name}, {place.old_district_name}, {place.old_province_name}"
        return f"{self.hamlet} (mẫu), {place.name}, Tỉnh Tây Ninh"

    def residence_codes(self, day: date) -> tuple[str, str, str]:
        """Province, district and commune code; no district since 01/07/2025."""
        place = self.commune
        if day < TWO_LEVEL_GOVERNMENT:
            return place.old_province_code, place.old_district_code, place.old_code
        return "80", "", place.code


def personal_id(number: int, sex: int, born: date, province: str) -> str:
    """Twelve digits: province, century and sex, year, and a serial from 900000 on (visibly synthetic)."""
    beyond = number // 100_000
    code = f"0{province}" if beyond == 0 else _OTHER_PROVINCES[(beyond - 1) % len(_OTHER_PROVINCES)]
    century_and_sex = (born.year // 100 - 19) * 2 + (0 if sex == 1 else 1)
    return f"{code}{century_and_sex}{born.year % 100:02d}{900_000 + number % 100_000}"


def insurance_number(number: int) -> str:
    """Ten digits that begin with 809: a synthetic range."""
    return f"809{number % 10_000_000:07d}"


def card_object(rng: Random, age: int, works: bool, poor: bool) -> str:
    """The first three characters of the card: object code and benefit digit; empty without insurance."""
    if age < 6:
        return "TE1"
    if poor:
        return "HN2"
    if rng.random() < 0.06:
        return ""
    if age < 18:
        return "HS4"
    if age >= 80:
        return "BT2"
    if age >= 58 and rng.random() < 0.3:
        return "HT3"
    if works:
        return "DN4"
    return rng.choices(["GD4", "CN3", "CC1", "KC2"], [90, 6, 1, 3])[0]
