"""Noting that a package ended: in the transaction that ends it, where its facility wants to be called."""

import json
from typing import Any

from django.db import connection

from hoso.engines.intake.accounts import SUMS
from hoso.engines.intake.models import Account


def note_end(package_id: int) -> bool:
    """Note the call about a package that is done or refused; the same package again changes nothing. Returns whether there
    is one to make. Runs in the intake service's transaction."""
    with connection.cursor() as cursor:
        # A package refused before its facility was known belongs to the one facility that its sender stood for.
        cursor.execute(
            """
            SELECT t.id, t.facility_id FROM intake_package p JOIN notifying_target t ON t.ended_at IS NULL
            AND t.facility_id = CASE WHEN p.facility_id <> 0 THEN p.facility_id
                                     WHEN cardinality(p.may_send_for) = 1 THEN p.may_send_for[1] END
            WHERE p.id = %s
            """,
            [package_id],
        )
        target = cursor.fetchone()
        if target is None:
            return False
        cursor.execute(
            "INSERT INTO notifying_delivery (target_id, facility_id, package_id, body) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [*target, package_id, _body(cursor, package_id)],
        )
        noted = bool(cursor.rowcount)
    if noted:
        from hoso.engines.intake.notifying.jobs import deliver

        deliver.defer()
    return noted


def _body(cursor: Any, package_id: int) -> str:
    """Counts and codes alone: nothing of a person travels in a call."""
    cursor.execute(
        f"""
        SELECT p.key::text, p.file_name, encode(p.sha256, 'hex'), p.channel, p.state, p.received_at, p.finished_at, p.refusal::text,
               p.remarks::text, {SUMS}
        FROM intake_package p LEFT JOIN intake_visit v ON v.package_id = p.id WHERE p.id = %s GROUP BY p.id
        """,
        [package_id],
    )
    key, name, digest, channel, state, received_at, finished_at, refusal, remarks, *sums = cursor.fetchone()
    account = Account(1, int(state == "refused"), *map(int, sums))
    return json.dumps(
        {
            "event": "package.finished", "receipt": key, "package": package_id, "file": name, "sha256": digest,
            "channel": channel, "state": state, "received_at": received_at.isoformat(),
            "finished_at": finished_at.isoformat(), "refusal": refusal and json.loads(refusal),
            "remarks": json.loads(remarks) if remarks else [], "account": account.as_dict(),
        },
        ensure_ascii=False,
    )  # fmt: skip
