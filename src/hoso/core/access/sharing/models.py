"""One share of a record, as a row of `sharing_share` (states and limits: migrations/sql)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Behalf, Subject

State = Literal["offered", "verified", "active", "expired", "revoked"]
Path = Literal["sms", "paper"]


@dataclass(frozen=True)
class Share:
    """Whom, what and until when; the code itself is nowhere."""

    id: UUID
    person_id: int
    source_person_id: int
    place_id: int
    patient_id: str
    born_from: date
    born_to: date
    facility_id: int
    facility_name: str
    practitioner_id: int | None
    practitioner_name: str
    encounter: str
    scope: str
    path: Path
    started_by: int
    started_as: str
    language: str
    salt: bytes
    digest: bytes
    phone_end: str
    sent: bool | None
    representative_name: str
    relation: str
    child_agreed: bool
    state: State
    attempts: int
    offered_at: datetime
    code_ends_at: datetime
    verified_at: datetime | None
    ends_at: datetime | None
    consent_id: UUID | None
    grant_id: int | None
    closed_at: datetime | None
    closed_by: int | None
    close_reason: str

    @property
    def subject(self) -> Subject:
        """The person, as they were known when the share was offered."""
        birth = BirthSpan(self.born_from, self.born_to)
        return Subject(self.person_id, self.source_person_id, self.patient_id, self.place_id, birth)

    @property
    def behalf(self) -> Behalf:
        return Behalf(self.representative_name, self.relation, self.child_agreed)

    def state_at(self, at: datetime) -> State:
        """The state by the clock, also where the row has not been moved on yet."""
        if self.state == "offered" and at >= self.code_ends_at:
            return "expired"
        if self.state == "active" and self.ends_at is not None and at >= self.ends_at:
            return "expired"
        return self.state
