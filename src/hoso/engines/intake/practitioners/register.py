"""What the register holds of a practitioner, and what of it holds on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db import connection

LicenceState = Literal["in_force", "not_yet", "expired", "suspended", "withdrawn"]


@dataclass(frozen=True)
class Suspension:
    id: int
    first_day: date
    last_day: date | None
    reason: str


@dataclass(frozen=True)
class Licence:
    """One number; its span is that of the paper, both days included."""

    id: int
    number: str
    written: str
    form: str
    issued_by: str
    first_day: date | None
    last_day: date | None
    scope: str
    withdrawn_on: date | None
    withdrawn_reason: str
    suspensions: tuple[Suspension, ...] = ()

    def state(self, day: date) -> LicenceState:
        """What it is on that day; withdrawn before suspended before expired."""
        if self.withdrawn_on and self.withdrawn_on <= day:
            return "withdrawn"
        if self.last_day and self.last_day < day:
            return "expired"
        if self.first_day and self.first_day > day:
            return "not_yet"
        if any(holds(one.first_day, one.last_day, day) for one in self.suspensions):
            return "suspended"
        return "in_force"


@dataclass(frozen=True)
class PlaceOfPractice:
    id: int
    facility_code: str
    facility: str
    department: str
    role: str
    part_time: bool
    first_day: date | None
    last_day: date | None
    ended_reason: str


@dataclass(frozen=True)
class Practitioner:
    """Licences and places, the newest first."""

    id: int
    name: str
    birth: date | None
    sex: int  # 1 male, 2 female, 3 not said
    profession: str
    version: int
    licences: list[Licence] = field(default_factory=list)
    places: list[PlaceOfPractice] = field(default_factory=list)

    def may_practise(self, day: date) -> bool:
        """Whether any licence is in force on that day."""
        return any(one.state(day) == "in_force" for one in self.licences)


def holds(first_day: date | None, last_day: date | None, day: date) -> bool:
    """Whether a span holds on a day; an empty end is open."""
    return (first_day is None or first_day <= day) and (last_day is None or day <= last_day)


def load(ids: Iterable[int]) -> list[Practitioner]:
    """These practitioners in the order of their ids, as far as whoever acts may see the register."""
    wanted = sorted(set(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, birth_date, sex, profession, version FROM practitioners_practitioner WHERE id = ANY (%s) ORDER BY id",
            [wanted],
        )
        found = {row[0]: Practitioner(*row) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT s.licence_id, s.id, s.first_day, s.last_day, s.reason FROM practitioners_suspension s"
            " JOIN practitioners_licence l ON l.id = s.licence_id WHERE l.practitioner_id = ANY (%s) ORDER BY s.first_day",
            [wanted],
        )
        suspended: dict[int, list[Suspension]] = {}
        for licence_id, *row in cursor.fetchall():
            suspended.setdefault(licence_id, []).append(Suspension(*row))
        cursor.execute(
            "SELECT practitioner_id, id, number, written, form, issued_by, first_day, last_day, scope, withdrawn_on,"
            " coalesce(withdrawn_reason, '') FROM practitioners_licence WHERE practitioner_id = ANY (%s)"
            " ORDER BY first_day DESC NULLS LAST, id",
            [wanted],
        )
        for row in cursor.fetchall():
            found[row[0]].licences.append(Licence(*[*row[1:], tuple(suspended.get(row[1], ()))]))
        cursor.execute(
            "SELECT p.practitioner_id, p.id, f.code, f.name, p.department, p.role, p.part_time, p.first_day, p.last_day, p.ended_reason"
            " FROM practitioners_place p JOIN places_facility f ON f.id = p.facility_id WHERE p.practitioner_id = ANY (%s)"
            " ORDER BY p.last_day DESC NULLS FIRST, p.first_day DESC NULLS LAST, p.id",
            [wanted],
        )
        for whose, *row in cursor.fetchall():
            found[whose].places.append(PlaceOfPractice(*row))
    return list(found.values())
