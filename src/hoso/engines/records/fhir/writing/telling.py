"""What a turn tells: one change for consumers and one audit event for each person whose record it wrote to."""

from dataclasses import dataclass, field
from typing import Any

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.engines.records.actions import Filing
from hoso.engines.records.reading import NOBODY

TOPIC = "resources.written"
_ACTIONS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


@dataclass
class Told:
    """What was done to one person's record, or to what is shared."""

    filing: Filing
    written: list[tuple[str, str, int]] = field(default_factory=list)  # type, id, version
    actions: set[str] = field(default_factory=set)
    sensitivity: int = 0


class Telling:
    """Gathers, person by person, and writes at the end of the turn."""

    def __init__(self) -> None:
        self.persons: dict[int, Told] = {}

    def add(self, filing: Filing, method: str, sensitivity: int, written: tuple[str, str, int] | None) -> None:
        told = self.persons.setdefault(filing.person_id, Told(filing))
        told.actions.add(_ACTIONS[method])
        if written is not None:
            told.written.append(written)
            told.sensitivity |= sensitivity

    def write(self, actor: Actor, role: str, purpose: str, about: str) -> None:
        """Raises AuditUnwritable: then nothing is done."""
        for person_id, told in sorted(self.persons.items()):
            self._announce(told, about)
            self._record(actor, role, purpose, about, person_id, told)
        if not self.persons:
            record_event(AuditEvent(actor, role, purpose, "update", object=about, found=0))

    def _announce(self, told: Told, about: str) -> None:
        if not told.written:
            return
        filing = told.filing
        columns: dict[str, Any] = {
            "person_id": filing.person_id, "source_person_id": filing.source_person_id,
            "facility_id": filing.facility_id, "place_id": filing.place_id, "sensitivity": told.sensitivity,
        }  # fmt: skip
        announce(TOPIC, about, {"resources": told.written}, **columns)

    def _record(self, actor: Actor, role: str, purpose: str, about: str, person_id: int, told: Told) -> None:
        action = next(iter(told.actions)) if len(told.actions) == 1 else "update"
        record_event(
            AuditEvent(
                actor=actor, role=role, purpose=purpose, action=action, object=about,
                person_id=None if person_id == NOBODY else person_id, facility_id=told.filing.facility_id or None,
                sensitive=told.sensitivity != 0, found=len(told.written),
            )
        )  # fmt: skip
