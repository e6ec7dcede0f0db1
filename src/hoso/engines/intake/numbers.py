"""A person's number is given anew or taken back: written down at the identity desk.

The old number stays with its day, so that it still finds the person; what is told under it afterwards of somebody who is described
otherwise waits at the desk (docs/decisions/0135-numbers-that-end.md).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.engines.intake.patients import settle_persons
from hoso.engines.people.actions import group_of
from hoso.engines.people.claimed import ClaimedIdentity, Key
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.linkage import WRITER_LOCK, Linkage

PERMISSION, PURPOSE = "conflict.decide", "record_keeping"
EARLIEST = date(1900, 1, 1)
Why = Literal["reissued", "cancelled"]
SHAPES = {
    "personal_number": re.compile(r"\d{12}", re.ASCII),
    "passport": re.compile(r"(?=.*\d)[A-Z0-9]{6,15}", re.ASCII),
    "insurance_number": re.compile(r"\d{10}", re.ASCII),
    "card": re.compile(r"[A-Z]{2}[1-5]\d{12}", re.ASCII),
}


@dataclass(frozen=True)
class NumberEnd:
    """The number that ends on `day` (the first on which it does not hold), and the one given in its place; empty where it was
    taken back."""

    kind: str
    old: str
    new: str
    day: date
    reason: str

    @property
    def why(self) -> Why:
        return "reissued" if self.new else "cancelled"


def end_number(actor: Actor, person_id: int, end: NumberEnd) -> None:
    """Write it down: one act, one transaction. A number of the person's own that had ended holds again when it is the new one.

    Raises HosoError HS2001 without the permission, HS4010 without a reason, HS5001 for nobody in reach, HS6232 where the old number
    is not one that the person bears now, HS6233 for a new one of another shape, HS6234 where it is or was another person's, HS6235
    for a day that is not possible.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    old, new = _compact(end.old), _compact(end.new)
    if not end.reason.strip():
        raise HosoError("HS4010")
    if not EARLIEST <= end.day <= timezone.localdate():
        raise HosoError("HS6235", day=f"{end.day:%d/%m/%Y}")
    if new and (end.kind not in SHAPES or not SHAPES[end.kind].fullmatch(new) or new == old):
        raise HosoError("HS6233", value=end.new[:20])
    with _desk(actor, scope, person_id, f"{end.kind} {end.why}", end.reason) as cursor:
        _end(cursor, person_id, (end.kind, old, 0), end)
        if new:
            _begin(cursor, person_id, (end.kind, new, 0), end.day)


def take_back_end(actor: Actor, person_id: int, kind: str, number: str, reason: str) -> None:
    """It was written down by mistake: the number holds again, as before.

    Raises HosoError HS2001, HS4010, HS5001 as `end_number`, HS6232 where no such number of the person has ended, HS6234 where it
    was given to another person since.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    if not reason.strip():
        raise HosoError("HS4010")
    with _desk(actor, scope, person_id, f"{kind} holds again", reason) as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "UPDATE people_identifier SET valid_to = NULL, ended_because = NULL WHERE person_id = %s AND kind = %s"
                    " AND value = %s AND issuer_id = 0 AND valid_to IS NOT NULL",
                    [person_id, kind, _compact(number)],
                )
        except IntegrityError:
            raise HosoError("HS6234") from None
        if not cursor.rowcount:
            raise HosoError("HS6232")


@contextmanager
def _desk(actor: Actor, scope: policy.Scope, person_id: int, about: str, reason: str) -> Iterator[Any]:
    """One act about the numbers of somebody in reach, who is settled at its end."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        cursor.execute(
            f"SELECT p.patient_id FROM people_person p"
            f" WHERE p.person_id = %s AND p.merged_into IS NULL AND {scope.persons('p')}",
            [person_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS5001")
        set_actor(intake_service_id(), PURPOSE)  # who files; who acts stands in the event
        yield cursor
        settle_persons(cursor, group_of(cursor, person_id))
        announce("person.updated", row[0], {}, person_id=person_id, source_person_id=person_id)
        set_actor(actor.account_id, PURPOSE)
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "update", person_id=person_id, object=about, reason=reason.strip()[:500]
            )
        )  # fmt: skip


def _compact(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text).upper()


def _end(cursor: Any, person_id: int, key: Key, end: NumberEnd) -> None:
    cursor.execute(
        "UPDATE people_identifier SET valid_to = %s, ended_because = %s WHERE person_id = %s AND kind = %s AND value = %s"
        " AND issuer_id = %s AND NOT contested AND valid_to IS NULL AND kind = ANY (%s)"
        " AND (valid_from IS NULL OR valid_from <= %s)",
        [end.day, end.why, person_id, *key, list(SHAPES), end.day],
    )
    if not cursor.rowcount:
        raise HosoError("HS6232")


def _begin(cursor: Any, person_id: int, key: Key, day: date) -> None:
    people = Linkage(cursor)
    person = people.known(person_id)
    claim = ClaimedIdentity(
        person.name, person.birth, person.sex, (key[:2],), "", "", "", timezone.now()
    )  # without a visit: the number is all it tells
    people.load([(claim, 0)])
    if people.describe(person_id, claim, Origin(0, person.place_id, 0, 0)).taken or _is_anothers(people, person, key):
        raise HosoError("HS6234")
    people.write()
    cursor.execute(
        "UPDATE people_identifier SET valid_from = %s, valid_to = NULL, ended_because = NULL"
        " WHERE person_id = %s AND kind = %s AND value = %s AND issuer_id = %s AND NOT contested",
        [day, person_id, *key],
    )


def _is_anothers(people: Linkage, person: KnownPerson, key: Key) -> bool:
    return people.known(people.owners[key]).now is not person.now
