"""Who a visit says it is about: the identity as claimed, before it is tied to a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.names import distant
from hoso.engines.people.models import BirthDate

STRENGTH = (
    "personal_number",
    "insurance_number",
    "card",
    "hoso_number",
    "passport",
    "facility_number",
    "household_member",
    "birth",
)
Key = tuple[str, str, int]  # kind, value, issuer (a facility for its own numbers, else 0)


@dataclass(frozen=True, slots=True)
class ClaimedIdentity:
    """One person as one visit describes them. `numbers` are ready for look-up, strongest kind first."""

    name: str
    birth: BirthDate
    sex: int
    numbers: tuple[tuple[str, str], ...]  # kind, value
    facility_code: str
    phone: str
    address: str
    as_of: datetime
    province_code: str = ""
    commune_code: str = ""
    district_code: str = ""  # of before 2025-07-01
    source: str = ""  # key of a source in definitions/people/details.yaml
    details: Mapping[str, Any] = field(default_factory=dict)  # what it says beside the identity

    def keys(self, facility_id: int) -> list[Key]:
        return [(kind, value, facility_id if kind == "facility_number" else 0) for kind, value in self.numbers]

    def seed(self) -> str:
        """What the ids of a new person are made from: the strongest number, so that the order of arrival of
        visits does not matter for them."""
        kind, value = self.numbers[0]
        issuer = self.facility_code if kind == "facility_number" else ""
        return f"person|{kind}|{issuer}|{value}"

    def ids(self) -> tuple[int, str]:
        """(person_id, Patient id) of a new person who makes this claim."""
        return ids_from(self.seed())

    def provisional_ids(self) -> tuple[int, str]:
        """The same of a person kept apart."""
        return ids_from(self.provisional_seed())

    def provisional_seed(self) -> str:
        """Of a person kept apart because the numbers contradict: the same claim gives the same provisional person."""
        year = self.birth.day.year if self.birth.day else 0
        numbers = "|".join(f"{kind}={value}" for kind, value in self.numbers)
        return f"provisional|{self.facility_code}|{numbers}|{self.sex}|{year}|{fold(self.name)}"


def ids_from(seed: str) -> tuple[int, str]:
    """(person_id, Patient id) of a seed: 63 bits of its SHA-256, and a UUID version 8 of it."""
    digest = sha256(seed.encode()).digest()
    person_id = (int.from_bytes(digest[:8], "big") >> 1) or 1
    value = int.from_bytes(digest[8:24], "big")
    value = value & ~(0xF << 76) | 8 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return person_id, str(UUID(int=value))


def stated(claim: ClaimedIdentity, place_id: int) -> dict[str, Any]:
    """Everything the claim says, as it is kept: without what it leaves open."""
    birth = claim.birth
    said = {
        "name": claim.name,
        "birth": [birth.day.isoformat(), birth.precision, birth.time] if birth.day else None,
        "sex": claim.sex if claim.sex != 3 else None,
        "phone": claim.phone,
        "address": claim.address,
        "residence": place_id,
    }
    return {**{key: value for key, value in said.items() if value}, **claim.details}


def strict_differences(claim: ClaimedIdentity, name: str, birth: BirthDate, sex: int) -> dict[str, list[str]]:
    """The same where the number tells nothing by itself any more: every name, day and sex that is not equal counts, as far as both
    say it."""
    found: dict[str, list[str]] = {}
    if sorted(fold(claim.name).split()) != sorted(fold(name).split()):
        found["name"] = [claim.name, name]
    if claim.sex != sex and 3 not in (claim.sex, sex):
        found["sex"] = [str(claim.sex), str(sex)]
    known = min(claim.birth.precision, birth.precision, 3)
    sent, held = (one.day.isoformat()[: (0, 4, 7, 10)[known]] if one.day else "" for one in (claim.birth, birth))
    if sent != held and sent and held:
        found["birth"] = [sent, held]
    return found


def differences(claim: ClaimedIdentity, name: str, birth: BirthDate, sex: int) -> dict[str, list[str]]:
    """What the claim says otherwise than what is known, as field -> [as sent, as known]; empty where they may be
    one human.

    A distant name alone contradicts; sex and birth year contradict together or beside a distant name, since each
    of them alone is the commonest slip of a keyboard.
    """
    found: dict[str, list[str]] = {}
    if distant(claim.name, name):
        found["name"] = [claim.name, name]
    if claim.sex != sex and 3 not in (claim.sex, sex):
        found["sex"] = [str(claim.sex), str(sex)]
    if claim.birth.day and birth.day and claim.birth.day.year != birth.day.year:
        found["birth_year"] = [str(claim.birth.day.year), str(birth.day.year)]
    return found if "name" in found or len(found) >= 2 else {}
