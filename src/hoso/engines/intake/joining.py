"""Joining two persons found to be one human, and undoing it: `person_id` alone moves, no byte of a visit changes.

`source_person_id` of every row says under whom it was filed and never moves, so what arrives between a join and its undoing
goes to its own side afterwards (docs/decisions/0092-joining-and-parting.md).
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.care_team import part_care_teams
from hoso.core.access.grants import move_grants
from hoso.core.access.rights.joining import move_rights
from hoso.core.accounts.machines import intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.engines.intake.patients import settle_persons
from hoso.engines.people.actions import FoundBy, check_may_join, contest_again, group_of, note_join, note_parting
from hoso.engines.people.linkage import WRITER_LOCK

PURPOSE = "record_keeping"
PERMISSION = "conflict.decide"


def join_persons(actor: Actor, joined: int, into: int, reason: str) -> None:
    """Show everything of `joined` under `into`, at somebody's desk: one act, one transaction.

    Raises HosoError HS2001 without the permission, HS4010 without a reason, HS5001 where one of them cannot be seen, HS6030
    for one person, HS6031 where one of them is joined to somebody already.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM people_person p WHERE p.person_id IN (%s, %s) AND {scope.persons('p')}",
            [joined, into],
        )
        if cursor.fetchone()[0] != len({joined, into}):
            raise HosoError("HS5001")
        join(cursor, actor, joined, into, reason, "desk")
        _record(actor, scope, joined, into, f"joined: {reason}")


def join(
    cursor: Any, actor: Actor, joined: int, into: int, reason: str, found_by: FoundBy, finding: int | None = None
) -> None:
    """Step of an act whose permission is decided and whose audit event the caller leaves: join, and tell the followers.

    Raises HosoError HS4010, HS6030 and HS6031 as `join_persons` does.
    """
    settle_joined(cursor, actor, join_unsettled(cursor, actor, joined, into, reason, found_by, finding))


def join_unsettled(
    cursor: Any, actor: Actor, joined: int, into: int, reason: str, found_by: FoundBy, finding: int | None = None
) -> set[int]:
    """As `join`, but what holds of the persons returned is still to be worked out, with `settle_joined` in the same transaction."""
    reason = _reason(reason)
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
    check_may_join(cursor, joined, into)
    group = note_join(cursor, joined, into, actor.account_id, reason, found_by, finding)
    move_grants(joined, into)
    move_rights(joined, into)
    _move(cursor, joined, into, None)
    _tell("person.joined", joined, into)
    return {*group, *group_of(cursor, into)}


def part_persons(actor: Actor, join_id: int, reason: str) -> None:
    """Undo a join: what was filed under the joined person, before and since, is shown under them again.

    Raises HosoError HS2001 without the permission, HS4010 without a reason, HS6032 where the join does not stand.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    reason = _reason(reason)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        parting = note_parting(cursor, join_id, actor.account_id, reason)
        _move(cursor, parting.under, parting.joined, parting.group)
        part_care_teams(cursor, parting.under, parting.joined, parting.group)
        contest_again(cursor, parting)
        _wait_again(cursor, parting.found_by, parting.finding)
        settle_joined(cursor, actor, {*parting.group, *group_of(cursor, parting.under)})
        _tell("person.parted", parting.joined, parting.under)
        _record(actor, scope, parting.joined, parting.under, f"parted: {reason}")


def _reason(reason: str) -> str:
    if not reason.strip():
        raise HosoError("HS4010")
    return reason.strip()[:1000]


def _move(cursor: Any, old: int, new: int, sources: list[int] | None) -> None:
    cursor.execute("SELECT place_id FROM people_person WHERE person_id = %s", [new])
    cursor.execute("SELECT intake_move_person(%s, %s, %s, %s)", [old, new, sources, cursor.fetchone()[0]])


def settle_joined(cursor: Any, actor: Actor, persons: Iterable[int]) -> None:
    """Work out what holds of these, as the intake service does, who sees every statement, whatever its labels."""
    set_actor(intake_service_id(), PURPOSE)
    settle_persons(cursor, sorted(persons))
    set_actor(actor.account_id, PURPOSE)


def _wait_again(cursor: Any, found_by: FoundBy, finding: int | None) -> None:
    """What led to the join is open once more."""
    table = "people_conflict" if found_by == "conflict" else "people_pair"
    cursor.execute(
        f"UPDATE {table} SET decision = NULL, decided_by = NULL, decided_at = NULL, reason = '' WHERE id = %s",
        [finding],
    )


def _tell(topic: str, joined: int, into: int) -> None:
    announce(topic, str(joined), {"joined": joined, "into": into}, person_id=into, source_person_id=joined)


def _record(actor: Actor, scope: policy.Scope, joined: int, into: int, reason: str) -> None:
    record_event(
        AuditEvent(
            actor, scope.role.key, PURPOSE, "update", person_id=into, object=f"person/{joined}", reason=reason[:500]
        )
    )
