"""What the desk does about visits in quarantine, many at once: sent back to the facility, or judged anew.

Who did what and when stays with the visit (`intake_desk_act`, only ever added to).
"""

from collections.abc import Sequence

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

PURPOSE = "record_keeping"
ACTS = ("returned", "recheck_asked")
MOST_AT_ONCE = 500
LONGEST_NOTE = 500

Key = tuple[int, int]  # package, place in it


def act(actor: Actor, kind: str, visits: Sequence[Key], note: str = "") -> int:
    """Note the act for those of `visits` that are in quarantine and in the actor's scope; returns how many.

    `recheck_asked` also queues the judging, in the same transaction. Raises HosoError HS2001 without the permission,
    HS9004 for an unknown act, HS3210 when nothing was chosen or too much.
    """
    scope = policy.decide(actor, "package.send", PURPOSE)
    if kind not in ACTS:
        raise HosoError("HS9004", name="act", value=kind[:40])
    if not 1 <= len(visits) <= MOST_AT_ONCE:
        raise HosoError("HS3210", limit=str(MOST_AT_ONCE))
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO intake_desk_act (package_id, ordinal, facility_id, act, note, acted_by)
            SELECT v.package_id, v.ordinal, v.facility_id, %s, %s, %s FROM intake_visit v
            JOIN unnest(%s::bigint[], %s::int[]) AS chosen (package_id, ordinal) USING (package_id, ordinal)
            WHERE v.state = 'quarantined' AND {scope.facilities("v")} RETURNING package_id
            """,
            [kind, note[:LONGEST_NOTE], actor.account_id, [key[0] for key in visits], [key[1] for key in visits]],
        )
        packages = [row[0] for row in cursor.fetchall()]
        for package_id in sorted(set(packages)):
            record_event(
                AuditEvent(
                    actor, scope.role.key, PURPOSE, "update", object=f"package/{package_id}", reason=kind,
                    found=packages.count(package_id),
                )
            )  # fmt: skip
            if kind == "recheck_asked":
                _queue(package_id)
    return len(packages)


def _queue(package_id: int) -> None:
    from hoso.engines.intake.jobs import recheck

    recheck.defer(package_id=package_id)
