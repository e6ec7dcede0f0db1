"""Comparing the portal's listing of a day with ours: missing there, missing here, other content by hash.

A day is the one on which the visit ended. Documents that are under way are not judged: their answer is to come.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.engines.records.ministry_portal.gateway import portal_gateway
from hoso.engines.records.ministry_portal.noting import PURPOSE
from hoso.engines.records.ministry_portal.runs import running

MOST_DAYS = 31  # in one night


@dataclass(frozen=True)
class Ours:
    """What the portal should hold by its own answers; `sha256` is None where nothing."""

    name: str
    facility_id: int
    sha256: bytes | None
    under_way: bool


@dataclass(frozen=True)
class Difference:
    name: str
    facility_id: int
    kind: str
    ours: bytes | None
    theirs: bytes | None


def reconcile(day: date) -> list[Difference]:
    """Compare, and keep what is found; what was found before and is no more ends. Raises HosoError HS3440, HS3441."""
    gateway = portal_gateway()
    with running("reconcile", day) as run:
        theirs = {one.name: one.sha256 for one in gateway.listing(day)}
        with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ministry_portal.reconcile'))")
            found = differences(_ours(cursor, day, list(theirs)), theirs)
            _keep(cursor, day, found)
        run.told = len(found)
    return found


def differences(ours: list[Ours], theirs: dict[str, bytes | None]) -> list[Difference]:
    """Pure comparison, by name."""
    known = {one.name: one for one in ours}
    found = []
    for name in sorted(known.keys() | theirs.keys()):
        one = known.get(name) or Ours(name, 0, None, under_way=False)
        held = theirs.get(name)
        if one.under_way or one.sha256 == held:
            continue
        kind = "missing_there" if held is None else "missing_here" if one.sha256 is None else "other_content"
        found.append(Difference(name, one.facility_id, kind, one.sha256, held))
    return found


def _ours(cursor: Any, day: date, names: list[str]) -> list[Ours]:
    cursor.execute(
        """
        SELECT d.name, d.facility_id, told.sha256, EXISTS (
            SELECT FROM portal_version v WHERE v.document_id = d.id AND v.delivered_at IS NULL AND v.dead_at IS NULL AND v.state = 'sent')
        FROM portal_document d LEFT JOIN LATERAL (
            SELECT CASE WHEN v.act = 'document' THEN v.sha256 END AS sha256 FROM portal_version v
            WHERE v.document_id = d.id AND v.state = 'accepted' ORDER BY v.number DESC LIMIT 1) told ON true
        WHERE d.day = %s OR d.name = ANY (%s)
        """,
        [day, names],
    )
    return [Ours(name, facility, digest and bytes(digest), under_way) for name, facility, digest, under_way in cursor]


def _keep(cursor: Any, day: date, found: list[Difference]) -> None:
    cursor.execute(
        "UPDATE portal_difference SET gone_at = clock_timestamp() WHERE day = %s AND gone_at IS NULL AND name <> ALL (%s)",
        [day, [one.name for one in found]],
    )
    for one in found:
        same = "kind = %s AND ours IS NOT DISTINCT FROM %s AND theirs IS NOT DISTINCT FROM %s"
        values = [one.kind, one.ours, one.theirs]
        cursor.execute(
            f"UPDATE portal_difference SET gone_at = clock_timestamp() WHERE name = %s AND gone_at IS NULL AND NOT ({same})",
            [one.name, *values],
        )
        cursor.execute(
            "INSERT INTO portal_difference (day, name, facility_id, kind, ours, theirs) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (name) WHERE gone_at IS NULL DO UPDATE SET seen_at = clock_timestamp(), day = excluded.day",
            [day, one.name, one.facility_id, *values],
        )


def days_to_compare(today: date) -> list[date]:
    """Yesterday, and the days of what was answered since the last comparison, newest first."""
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT d.day FROM portal_version v JOIN portal_document d ON d.id = v.document_id
            WHERE v.state = 'accepted' AND v.delivered_at > coalesce(
                (SELECT max(began_at) FROM portal_run WHERE act = 'reconcile'), '-infinity')
            """
        )
        answered = {row[0] for row in cursor.fetchall()}
    return sorted(answered | {today - timedelta(days=1)}, reverse=True)[:MOST_DAYS]
