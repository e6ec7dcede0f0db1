"""Reading incidents with their steps."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from hoso.core.errors import HosoError


@dataclass(frozen=True)
class Step:
    duty: str
    done_at: datetime
    text: str
    recorded_by: str


@dataclass(frozen=True)
class Incident:
    """An incident's file; `done` says when each duty was fulfilled."""

    id: int
    title: str
    found_at: datetime
    kinds: tuple[str, ...]
    recorded_by: str
    steps: list[Step] = field(default_factory=list)

    @property
    def done(self) -> dict[str, datetime]:
        return {step.duty: step.done_at for step in self.steps if step.duty}


def incident(number: int) -> Incident:
    """Raises HosoError HS9031 where there is none."""
    found = [one for one in incidents() if one.id == number]
    if not found:
        raise HosoError("HS9031", number=number)
    return found[0]


def incidents() -> list[Incident]:
    """All of them, newest first: there are few."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, title, found_at, kinds, recorded_by FROM incidents_incident ORDER BY id DESC")
        found = {row[0]: Incident(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in cursor.fetchall()}
        cursor.execute("SELECT incident_id, duty, done_at, text, recorded_by FROM incidents_step ORDER BY id")
        for number, *step in cursor.fetchall():
            found[number].steps.append(Step(*step))
    return list(found.values())
