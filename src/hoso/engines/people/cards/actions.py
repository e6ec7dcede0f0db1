"""Issuing, blocking and replacing health cards. Of a person at most one holds, which the database keeps too."""

from typing import Any

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.engines.people.cards.numbers import card_number

PERMISSION, PURPOSE = "card.manage", "treatment"


def reach(actor: Actor) -> policy.Scope:
    """The persons for whom the actor may have cards issued: those whose record they may read."""
    return policy.decide(actor, "record.read", PURPOSE)


def issue_card(actor: Actor, person_id: int, reason: str = "") -> int:
    """Issue a card; one that holds is replaced by it, for which a reason is needed. Gives its id.

    Raises HosoError HS2001 without the permission, HS4003 for nobody in reach, HS6085 without a reason.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        card_id = issue(cursor, actor, person_id, reason)
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "create", person_id=person_id, object=f"card/{card_id}", reason=reason
            )
        )
    return card_id


def issue(cursor: Any, actor: Actor, person_id: int, reason: str = "") -> int:
    """Step of an act that is permitted and recorded by its caller, in the actor's transaction."""
    cursor.execute(
        "SELECT p.source_person_id, p.facility_id, p.place_id FROM people_person p"
        f" WHERE p.person_id = %s AND p.merged_into IS NULL AND {reach(actor).persons('p')}",
        [person_id],
    )
    person = cursor.fetchone()
    if person is None:
        raise HosoError("HS4003")
    cursor.execute("SELECT id FROM people_card WHERE person_id = %s AND state = 'active' ORDER BY id", [person_id])
    held = [row[0] for row in cursor.fetchall()]
    if held and not reason.strip():
        raise HosoError("HS6085")
    set_actor(intake_service_id(), "record_keeping")  # who files; who acts stands in the row and in the event
    for card_id in held:
        _end(cursor, actor, card_id, "replaced", reason)
    cursor.execute("SELECT nextval('people_card_number')")
    number = card_number(cursor.fetchone()[0])
    cursor.execute(
        "INSERT INTO people_card (person_id, source_person_id, number, issued_by, replaces, facility_id, place_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [person_id, person[0], number, actor.account_id, held[-1] if held else None, *person[1:]],
    )
    card_id = int(cursor.fetchone()[0])
    announce("card.issued", number, {}, person_id=person_id, source_person_id=person[0], place_id=person[2])
    set_actor(actor.account_id, PURPOSE)
    return card_id


def block_card(actor: Actor, person_id: int, card_id: int, reason: str) -> None:
    """A lost or stolen card: from now on it leads to nobody.

    Raises HosoError HS2001, HS6085 without a reason, HS6086 where there is no such card to be seen. One that ended already stays.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    if not reason.strip():
        raise HosoError("HS6085")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.state FROM people_card c JOIN people_person p ON p.person_id = c.person_id"
            f" WHERE c.id = %s AND c.person_id = %s AND {reach(actor).persons('p')}",
            [card_id, person_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS6086")
        if row[0] == "active":
            set_actor(intake_service_id(), "record_keeping")
            _end(cursor, actor, card_id, "blocked", reason)
            set_actor(actor.account_id, PURPOSE)
        record_event(
            AuditEvent(
                actor,
                scope.role.key,
                PURPOSE,
                "update",
                person_id=person_id,
                object=f"card/{card_id}",
                reason=reason[:500],
            )
        )


def _end(cursor: Any, actor: Actor, card_id: int, state: str, reason: str) -> None:
    cursor.execute(
        "UPDATE people_card SET state = %s, ended_at = clock_timestamp(), ended_by = %s, ended_reason = %s"
        " WHERE id = %s AND state = 'active'",
        [state, actor.account_id, reason.strip()[:500], card_id],
    )
    if not cursor.rowcount:
        raise HosoError("HS6086")
