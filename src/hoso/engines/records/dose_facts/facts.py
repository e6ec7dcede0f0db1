"""What is known of a vaccine dose when doses are counted."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """`vaccines`: codes as `system|code`; `numbers`: which dose of its series it was, as the dose itself says (several where
    its diseases have series of their own, none where it says nothing); `reasons`: ICD-10 codes; `months`: completed months of
    age, None where the birth date is not known to the day; `newborn`: within 24 hours of birth."""

    vaccines: frozenset[str]
    numbers: frozenset[int]
    reasons: frozenset[str]
    sex: int
    months: int | None
    newborn: bool


@dataclass(frozen=True, slots=True)
class CountedDoses:
    """So many doses that are alike."""

    facts: DoseFacts
    doses: int


@dataclass(frozen=True, slots=True)
class SeenDose:
    """One dose, for whoever may see the person. `vaccine`: its name as it was sent."""

    facts: DoseFacts
    person_id: int
    person_name: str
    birth_year: int | None
    vaccine: str
    given: date
