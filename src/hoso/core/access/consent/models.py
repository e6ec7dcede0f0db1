"""What the house knows of a person's decisions. Tables are in SQL (migrations/sql); these are their rows in Python."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hoso.core.access.consent.ages import AgeBand, BirthSpan


@dataclass(frozen=True)
class Subject:
    """The person a decision is about, as the people engine knows them."""

    person_id: int
    source_person_id: int
    patient_id: str
    place_id: int
    birth: BirthSpan


@dataclass(frozen=True)
class Behalf:
    """Who spoke for the person: empty for an adult who spoke alone."""

    name: str = ""
    relation: str = ""  # a key of representatives.yaml
    child_agreed: bool = False


@dataclass(frozen=True)
class Consent:
    """One decision about one purpose."""

    id: UUID
    person_id: int
    source_person_id: int
    place_id: int
    facility_id: int
    purpose: str
    given: bool
    text_version: int
    text_hash: str
    language: str
    wording: str
    channel: str
    device: str
    source: str
    recorded_by: int
    recorded_by_name: str
    age_band: AgeBand
    representative_name: str
    relation: str
    child_agreed: bool
    discloses: bool
    given_at: datetime
    valid_until: datetime | None
    ask_again_on: date | None
    fhir: bytes
    facts: bytes
    signature: bytes
    key_id: str
    withdrawn_at: datetime | None = None
    withdrawn_by: int | None = None
    withdrawn_by_name: str | None = None
    withdrawn_channel: str | None = None
    withdrawn_reason: str | None = None

    def in_force(self, at: datetime, today: date) -> bool:
        """Whether it allows the purpose at the moment, `today` being its day in Viet Nam."""
        return (
            self.given
            and self.given_at <= at
            and (self.withdrawn_at is None or at < self.withdrawn_at)
            and (self.valid_until is None or at < self.valid_until)
            and (self.ask_again_on is None or today < self.ask_again_on)
        )
