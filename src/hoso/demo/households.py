"""Households: parents, children and grandparents who share surname and address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from hoso.demo.catalogue import Commune, communes
from hoso.demo.facilities import Facility, facilities
from hoso.demo.names import full_name, surname
from hoso.demo.people import Person, card_object, insurance_number, personal_id

_OCCUPATIONS = ("61110", "81530", "52230", "93290", "23410", "75310", "00000")
_EMPLOYERS = (
    "Công ty TNHH May mặc SYN (mẫu)",
    "Công ty CP Giày da SYN (mẫu)",
    "Trường THCS SYN (mẫu)",
    "Công ty TNHH Thực phẩm SYN (mẫu)",
)


@dataclass(slots=True)
class Household:
    """People at one address."""

    number: int
    members: list[Person]


@dataclass(frozen=True, slots=True)
class _Home:
    number: int
    commune: Commune
    hamlet: str
    registered: Facility
    phone: str
    poor: bool
    ethnicity: str


@cache
def _commune_weights() -> list[int]:
    return [commune.population for commune in communes()]


@cache
def _facility_weights() -> list[int]:
    return [facility.registered_share for facility in facilities()]


def _home(rng: Random, number: int, first_person: int) -> _Home:
    return _Home(
        number=number,
        commune=rng.choices(communes(), _commune_weights())[0],
        hamlet=f"{rng.choice(('Số', 'Tổ'))} {rng.randint(1, 250)}, Ấp {rng.randint(1, 9)}",
        registered=rng.choices(facilities(), _facility_weights())[0],
        phone=f"09000{first_person % 100_000:05d}",
        poor=rng.random() < 0.04,
        ethnicity=rng.choices(("01", "23", "24", "17"), (960, 25, 10, 5))[0],
    )


class _Builder:
    """Adds members to one household."""

    def __init__(self, rng: Random, home: _Home, first_person: int, end: date) -> None:
        self.rng = rng
        self.home = home
        self.next_number = first_person
        self.end = end
        self.members: list[Person] = []

    def add(
        self,
        relation: str,
        sex: int,
        age: float,
        family: str,
        parents: tuple[Person | None, Person | None] = (None, None),
    ) -> Person:
        rng, home = self.rng, self.home
        born = self.end - timedelta(days=int(age * 365.25) + rng.randint(0, 364))
        years = (self.end - born).days // 365
        number = self.next_number
        self.next_number += 1
        works = 18 <= years < 60 and rng.random() < 0.38
        kind = card_object(rng, years, works, home.poor)
        social = insurance_number(number)
        has_id = years >= 14 and rng.random() > 0.03
        height = _height(rng, sex, years)
        father, mother = parents
        person = Person(
            number=number,
            name=full_name(rng, family, sex),
            sex=sex,
            born=born,
            household=home.number,
            relation=relation,
            personal_id=personal_id(number, sex, born, home.commune.old_province_code) if has_id else "",
            insurance_number=social,
            card=f"{kind}80{social}" if kind else "",
            short_card=years >= 6 and rng.random() < 0.2,
            phone=home.phone,
            hamlet=home.hamlet,
            commune=home.commune,
            registered=home.registered,
            occupation=rng.choice(_OCCUPATIONS) if 18 <= years < 65 else "00000",
            ethnicity=home.ethnicity,
            employer=rng.choice(_EMPLOYERS) if works else "",
            height=height,
            weight=round(_weight(rng, years, height), 1),
            health=tuple(rng.gauss(0, 0.6) for _ in range(8)),
            father=father.name if father else "",
            mother=mother.name if mother else "",
            mother_number=mother.number if mother else 0,
        )
        self.members.append(person)
        return person


def _height(rng: Random, sex: int, years: int) -> int:
    if years < 18:
        return int(min(165, 52 + years * 6.3 + rng.gauss(0, 3)))
    return int(rng.gauss(165 if sex == 1 else 154, 5))


def _weight(rng: Random, years: int, height: int) -> float:
    if years < 18:
        return max(3.2, 4.5 + years * 2.7 + rng.gauss(0, 1))
    return max(36.0, (height / 100) ** 2 * rng.gauss(22.5, 2.6))


def make_household(rng: Random, number: int, first_person: int, end: date) -> Household:
    """A household drawn so that the population has the age pyramid of a southern province."""
    home = _home(rng, number, first_person)
    builder = _Builder(rng, home, first_person, end)
    kind = rng.random()
    family = surname(rng)
    if kind < 0.16:
        _elders(builder, rng.uniform(60, 86), family)
    elif kind < 0.28:
        builder.add("chủ hộ", rng.choice((1, 2)), rng.triangular(19, 58, 24), family)
    else:
        _parents_and_children(builder, family)
        if kind > 0.78:
            oldest = (end - builder.members[0].born).days / 365
            _elders(builder, min(90.0, oldest + rng.uniform(21, 32)), family, relation="ông bà")
    return Household(number, builder.members)


def _elders(builder: _Builder, age: float, family: str, relation: str = "chủ hộ") -> None:
    rng = builder.rng
    both = rng.random() < 0.55
    if both or rng.random() < 0.35:
        builder.add(relation, 1, age, family)
    if both or len(builder.members) == 0 or relation != "chủ hộ":
        builder.add(relation if relation != "chủ hộ" else "vợ", 2, max(50.0, age - rng.uniform(0, 5)), surname(rng))


def _parents_and_children(builder: _Builder, family: str) -> None:
    rng = builder.rng
    age = rng.triangular(23, 66, 33)
    father = builder.add("chủ hộ", 1, age, family) if rng.random() < 0.93 else None
    mother_age = max(20.0, age - rng.uniform(-1, 6))
    mother = builder.add("vợ" if father else "chủ hộ", 2, mother_age, surname(rng))
    births = sorted(
        (rng.triangular(20, 43, 29) for _ in range(rng.choices((0, 1, 2, 3), (5, 25, 54, 16))[0])), reverse=False
    )
    last = -10.0
    for mother_then in births:
        child_age = mother_age - mother_then
        if child_age < 0 or mother_then - last < 1 or child_age > 29:
            continue
        last = mother_then
        builder.add("con", rng.choice((1, 2)), child_age, family, (father, mother))
