"""What the people engine tells others about a person."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum


class Sex(IntEnum):
    """GIOI_TINH of the exchange decisions."""

    MALE = 1
    FEMALE = 2
    NOT_DETERMINED = 3


@dataclass(frozen=True)
class BirthDate:
    """A date of birth as exactly as it is known. precision: 0 none, 1 year, 2 month, 3 day, 4 minute."""

    day: date | None
    precision: int
    time: str = ""  # HHMM where precision is 4


@dataclass(frozen=True)
class Identifier:
    kind: str  # personal_number, insurance_number, card, hoso_number, facility_number, passport, phone
    value: str
    issuer: str = ""  # facility code of a facility_number
    valid_from: date | None = None
    valid_to: date | None = None  # the first day on which it holds no more

    @property
    def is_old(self) -> bool:
        return self.valid_to is not None


@dataclass(frozen=True)
class Person:
    """The banner of a person's page."""

    person_id: int
    patient_id: str
    name: str
    birth: BirthDate
    sex: Sex
    phone: str
    address: str
    place_name: str
    identifiers: tuple[Identifier, ...]
    provisional: bool
    as_of: datetime


@dataclass(frozen=True)
class PersonHit:
    """One line of a search answer."""

    person_id: int
    patient_id: str
    name: str
    birth: BirthDate
    sex: Sex
    place_name: str
    address: str
    provisional: bool
    undecided: bool = False  # asked for by commune: their old one was split, and nobody said in which part they live


@dataclass(frozen=True)
class SearchAnswer:
    """hits, at most `limit`; `cut` says the words were too common and more words are needed."""

    hits: tuple[PersonHit, ...]
    cut: bool


@dataclass(frozen=True)
class Conflict:
    """A contradiction under review: the provisional person beside the one whom the number names."""

    id: int
    found_at: datetime
    identifier_kind: str
    identifier_value: str
    differences: dict[str, list[str]]  # field -> [as sent, as known]
    sent: PersonHit
    known: PersonHit
    facility_name: str
    decision: str | None
    decided_by: str
    decided_at: datetime | None
