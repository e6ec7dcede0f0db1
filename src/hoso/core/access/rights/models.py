"""A request of a person about their data, with its clocks and history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from hoso.core.access.rights.clocks import RequestKind, rights_rules

RequestState = Literal["open", "done", "refused"]


@dataclass(frozen=True)
class Request:
    """A row of `rights_request`."""

    id: int
    person_id: int
    source_person_id: int
    place_id: int
    facility_id: int
    person_name: str
    kind: str
    purposes: tuple[str, ...]
    details: str
    through_others: bool
    channel: str
    representative_name: str
    relation: str
    copy: str
    received_at: datetime
    reply_due: date
    due: date
    retained_until: date | None
    replied_at: datetime | None
    extended_due: date | None
    extended_at: datetime | None
    extension_reason: str
    state: RequestState
    decided_at: datetime | None
    decided_by: int | None
    decision_reason: str
    follows: int | None

    @property
    def number(self) -> str:
        """As it stands on letters: YC-2026-000012."""
        return f"YC-{self.received_at:%Y}-{self.id:06}"

    @property
    def rule(self) -> RequestKind:
        return rights_rules().kinds[self.kind]

    @property
    def last_day(self) -> date:
        """By when it must be carried out."""
        return self.extended_due or self.due

    @property
    def next_day(self) -> date:
        """The next thing due: the reply while there is none, then the request itself."""
        return self.reply_due if self.replied_at is None else self.last_day

    def overdue(self, today: date) -> bool:
        return self.state == "open" and today > self.next_day


@dataclass(frozen=True)
class Event:
    """One line of a request's history."""

    at: datetime
    actor_name: str
    act: str
    note: str


@dataclass(frozen=True)
class Restriction:
    id: int
    person_id: int
    purpose: str
    request_id: int
    from_at: datetime
    lifted_at: datetime | None
