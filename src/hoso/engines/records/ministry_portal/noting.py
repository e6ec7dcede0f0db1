"""Noting which papers the portal is to be told of: from the changes of the house, each once and in their order."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.changes.outbox import Change, confirm, read_changes
from hoso.core.database.session import acting_transaction
from hoso.engines.records.ministry_portal.kinds import kind_of
from hoso.engines.records.ministry_portal.schedule import next_night
from hoso.engines.records.resource_types import NUMBERS

CONSUMER, PURPOSE, BATCH = "ministry_portal", "record_keeping", 500
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def note_changes() -> int:
    """Note everything that was committed since the last time; returns how many papers are to be told of. Nothing is composed
    yet: what may go there is decided when it is sent."""
    noted = 0
    while True:
        with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ministry_portal'))")
            changes = read_changes(CONSUMER, BATCH)
            if not changes:
                return noted
            seen = dict.fromkeys(visit for change in changes for visit in _visits(cursor, change))
            noted += sum(_note(cursor, visit) for visit in seen)
            confirm(CONSUMER, changes[-1].position)


def _visits(cursor: Any, change: Change) -> list[str]:
    """The visits that a change touches. A change of the person alone (an address) is none of a paper."""
    if change.payload.get("encounter"):
        return [change.payload["encounter"]]
    if change.topic == "record.labelled":  # the whole person
        cursor.execute(
            "SELECT DISTINCT d.encounter FROM portal_document d JOIN records_location l ON l.type = %s AND l.id = d.name"
            " WHERE l.person_id = %s", [NUMBERS["Composition"], change.person_id],
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]
    named = [(NUMBERS[one[0]], one[1]) for one in change.payload.get("resources", ())]
    cursor.execute(
        """
        SELECT DISTINCT r.encounter FROM unnest(%s::smallint[], %s::text[]) AS named (type, id)
        JOIN records_location l ON l.type = named.type AND l.id = named.id
        JOIN records_resource r ON r.person_id = l.person_id AND r.type = l.type AND r.id = l.id
        WHERE r.encounter IS NOT NULL
        """,
        [[one[0] for one in named], [one[1] for one in named]],
    )
    return [row[0] for row in cursor.fetchall()]


def _note(cursor: Any, visit: str) -> int:
    cursor.execute(
        """
        SELECT e.body, e.deleted, e.facility_id, c.id, c.body, c.deleted FROM records_location l
        JOIN records_resource e ON e.person_id = l.person_id AND e.type = l.type AND e.id = l.id
        LEFT JOIN records_resource c ON c.person_id = l.person_id AND c.type = %s AND c.encounter = e.id
        WHERE l.type = %s AND l.id = %s ORDER BY c.id
        """,
        [NUMBERS["Composition"], NUMBERS["Encounter"], visit],
    )
    rows = cursor.fetchall()
    day = ended_on(orjson.loads(bytes(rows[0][0]))) if rows else None
    if day is None:
        return 0
    facility_id, gone = rows[0][2], rows[0][1]
    papers = [
        (id_, kind, gone or deleted)
        for _, _, _, id_, body, deleted in rows
        if id_ and (kind := kind_of(orjson.loads(bytes(body))))
    ]
    cursor.execute(
        "INSERT INTO portal_visit (encounter, facility_id, day, papers) VALUES (%s, %s, %s, %s) ON CONFLICT (encounter)"
        " DO UPDATE SET facility_id = excluded.facility_id, day = excluded.day, papers = excluded.papers",
        [visit, facility_id, day, sum(not withdrawn for *_, withdrawn in papers)],
    )
    return sum(_note_paper(cursor, visit, facility_id, day, *paper) for paper in papers)


def _note_paper(cursor: Any, visit: str, facility_id: int, day: date, name: str, kind: str, withdrawn: bool) -> int:
    cursor.execute("SELECT id FROM portal_document WHERE name = %s", [name])
    if withdrawn and cursor.fetchone() is None:
        return 0  # nobody was ever told of it
    cursor.execute(
        "INSERT INTO portal_document (name, encounter, kind, facility_id, day) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, facility_id = excluded.facility_id, day = excluded.day"
        " RETURNING id",
        [name, visit, kind, facility_id, day],
    )
    return open_version(cursor, cursor.fetchone()[0], next_night())


def open_version(
    cursor: Any, document: int, at: datetime, *, again: bool = False, replaces: bytes | None = None
) -> int:
    """One more thing to tell of a document at that moment, where nothing is to be told already; returns how many."""
    cursor.execute(
        """
        INSERT INTO portal_version (document_id, facility_id, number, next_at, again, replaces)
        SELECT d.id, d.facility_id, 1 + coalesce((SELECT max(number) FROM portal_version v WHERE v.document_id = d.id), 0), %s, %s, %s
        FROM portal_document d WHERE d.id = %s
        ON CONFLICT (document_id) WHERE delivered_at IS NULL AND dead_at IS NULL DO NOTHING
        """,
        [at, again, replaces, document],
    )
    return int(cursor.rowcount)


def ended_on(encounter: dict[str, Any]) -> date | None:
    """The day in Việt Nam on which a visit ended; None for one that has not."""
    end = str(encounter.get("period", {}).get("end", ""))
    try:
        return datetime.fromisoformat(end).astimezone(VIETNAM).date() if "T" in end else date.fromisoformat(end)
    except ValueError:
        return None
