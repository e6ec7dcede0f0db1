"""Grants: one person's record opened to one account, or to a facility, for a purpose and a time.

Break-glass (at most 4 hours), one-time sharing for one visit (24 hours), temporary access (a year): the table
`access_grant` holds these limits itself and never loses a row. A grant opens nothing to an account without a role that
sees persons for its purpose. Row security and every list honour a grant from the moment it is open until its end.

Each function is a step of the caller's act: it runs inside the caller's `acting_transaction`, whose permission the
caller has decided, and writes one audit event for each grant.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import broken_constraint
from hoso.core.errors import HosoError

Kind = Literal["break_glass", "one_time", "temporary"]


@dataclass(frozen=True, kw_only=True)
class NewGrant:
    """What is opened, to whom, why and until when.

    `permissions`: what the holder may do with this person (`record.read`, `person.search`, `record.export` where said).
    `labels`: the mask of sensitivity labels it opens, none by default. `encounter`: that visit alone. `account_id` and
    `facility_id` together: the account, while it holds a role there. `starts_at` empty: now. `source`: what the grant
    rests on, such as `Consent/<id>`; `end_grants` ends all of one source.
    """

    person_id: int
    kind: Kind
    purpose: str
    permissions: tuple[str, ...]
    ends_at: datetime
    reason_code: str
    reason: str = ""
    account_id: int | None = None
    facility_id: int | None = None
    labels: int = 0
    encounter: str | None = None
    starts_at: datetime | None = None
    source: str = ""


def open_grant(actor: Actor, new: NewGrant, *, role: str = "", purpose: str = "") -> int:
    """Open a grant and give its number; `role` and `purpose` name the act in the audit (default: the grant's purpose).

    Raises HosoError HS2101 where the database refuses it: longer than its kind allows, a label that no grant opens,
    break-glass for somebody else, an approval for oneself, or without the permission that its kind needs.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO access_grant (person_id, source_person_id, account_id, facility_id, kind, purpose, permissions,
                                          labels, encounter, starts_at, ends_at, opened_by, reason_code, reason, source)
                VALUES (%(person)s, %(person)s, %(account)s, %(facility)s, %(kind)s, %(purpose)s, %(permissions)s,
                        %(labels)s, %(encounter)s, coalesce(%(starts)s, clock_timestamp()), %(ends)s, %(by)s,
                        %(code)s, %(reason)s, %(source)s) RETURNING id
                """,
                {
                    "person": new.person_id, "account": new.account_id, "facility": new.facility_id, "kind": new.kind,
                    "purpose": new.purpose, "permissions": list(new.permissions), "labels": new.labels,
                    "encounter": new.encounter, "starts": new.starts_at, "ends": new.ends_at, "by": actor.account_id,
                    "code": new.reason_code, "reason": new.reason, "source": new.source,
                },
            )  # fmt: skip
            grant_id = int(cursor.fetchone()[0])
    except DatabaseError as error:
        raise HosoError("HS2101", rule=_broken_rule(error)) from error
    told = f"{new.kind} {new.reason_code} until {new.ends_at:%Y-%m-%dT%H:%M%z} {new.source}".strip()
    _record(actor, "create", grant_id, new.person_id, told, role, purpose or new.purpose,
            sensitive=new.labels != 0, break_glass=new.kind == "break_glass")  # fmt: skip
    return grant_id


def revoke_grant(actor: Actor, grant_id: int, reason: str, *, role: str = "", purpose: str = "") -> None:
    """End one grant at once. Raises HosoError HS2102 where no grant of this number is left to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_revoke_grant(%s, %s)", [grant_id, reason])
        person_id = cursor.fetchone()[0]
    if person_id is None:
        raise HosoError("HS2102")
    _record(actor, "update", grant_id, person_id, f"ended: {reason}", role, purpose)


def end_grants(actor: Actor, source: str, reason: str, *, role: str = "", purpose: str = "") -> int:
    """End at once every grant that rests on the source, such as a consent that was withdrawn; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person_id FROM access_end_grants(%s, %s)", [source, reason])
        ended = cursor.fetchall()
    for grant_id, person_id in ended:
        _record(actor, "update", grant_id, person_id, f"ended with {source}: {reason}", role, purpose)
    return len(ended)


def move_grants(old_person_id: int, new_person_id: int) -> None:
    """A merge: grants of the one person open the other from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_move_grants(%s, %s)", [old_person_id, new_person_id])


def _record(
    actor: Actor, action: str, grant_id: int, person_id: int, reason: str, role: str, purpose: str,
    sensitive: bool = False, break_glass: bool = False,
) -> None:  # fmt: skip
    record_event(
        AuditEvent(
            actor=actor,
            role=role or (actor.roles[0].key if actor.roles else "none"),
            purpose=purpose or "grant",
            action=action,
            person_id=person_id,
            object=f"Grant/{grant_id}",
            reason=reason[:500],
            sensitive=sensitive,
            break_glass=break_glass,
        )
    )


def _broken_rule(error: DatabaseError) -> str:
    """The name of the table's constraint, or `permission` where the row was refused by row security."""
    return broken_constraint(error) or "permission"
