"""What is known of an ended visit when visits are counted."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

FEMALE = 2  # GIOI_TINH, as people have it


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """`kinds`, `outcomes`: codes as `system|code`; `main`: ICD-10 code of the main diagnosis, empty where none is said;
    `age`: completed years at the beginning, None where the birth date is not known."""

    visit_class: str  # v3 ActCode: AMB, IMP, EMER …
    kinds: frozenset[str]
    outcomes: frozenset[str]
    main: str
    sex: int
    age: int | None


@dataclass(frozen=True, slots=True)
class CountedVisits:
    """So many visits that are alike, and the days of treatment of all of them."""

    facts: VisitFacts
    visits: int
    days: Decimal


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """One visit, for whoever may see the person."""

    facts: VisitFacts
    person_id: int
    person_name: str
    birth_year: int | None
    encounter: str
    facility_id: int
    started: datetime
    ended: date
