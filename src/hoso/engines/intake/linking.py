"""Everybody against everybody: who surely is one human is joined, who may be waits at the review desk.

Some pairs share a transaction, as working out what holds of the joined costs more than the join; doing it all again joins
nobody twice and asks nothing twice.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.types.json import Jsonb

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.joining import PURPOSE, join_unsettled, settle_joined
from hoso.engines.intake.pairs import joined_and_kept
from hoso.engines.people.linkage import WRITER_LOCK
from hoso.engines.people.matching.everybody import compared, write_everybody
from hoso.engines.people.matching.model import Agreement, Model, model

Progress = Callable[[int, int], None]
Pair = tuple[int, int, float]
ROLE = "intake_service"
TOGETHER = 100  # pairs of one transaction: others who join or file wait for as long


@dataclass
class LinkReport:
    """persons compared; pairs = joined + waiting + decided before."""

    persons: int = 0
    pairs: int = 0
    joined: int = 0
    waiting: int = 0
    decided: int = 0


def link_everybody(service: Actor, progress: Progress | None = None) -> LinkReport:
    """Compare everybody, join from the upper threshold on, put what lies between the two before the desk.

    A pair that somebody kept apart, or whose join was undone, is never joined by itself again.
    """
    rules, report = model(), LinkReport()
    found = list(_pairs(service, rules, report))
    report.pairs = len(found)
    for first in range(0, len(found), TOGETHER):
        pairs = found[first : first + TOGETHER]
        with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
            settle_joined(
                cursor, service, set().union(*(_take(cursor, service, rules, pair, report) for pair in pairs))
            )
        if progress:
            progress(first + len(pairs), len(found))
    return report


def _pairs(service: Actor, rules: Model, report: LinkReport) -> Iterator[Pair]:
    from hoso.engines.people.matching.splink_model import everybody, likely_pairs

    folder = Path(settings.HOSO_HOME) / "matching"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        path = Path(work) / "persons.tsv"
        with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
            report.persons = write_everybody(cursor, path)
        with everybody(path) as persons:
            yield from likely_pairs(persons, rules)


def _take(cursor: Any, service: Actor, rules: Model, pair: Pair, report: LinkReport) -> set[int]:
    """Join, note or leave a pair; gives whom to settle."""
    one, other = (_now(cursor, person) for person in pair[:2])
    known = compared(cursor, (one, other))
    if len(known) < 2:  # one of them came to the other through somebody else
        report.decided += 1
        return set()
    sure = pair[2] >= rules.upper and not _was_parted(cursor, one, other)
    pair_id = _note(cursor, one, other, pair[2], rules.judge(known[one], known[other])[1])
    if pair_id is None:
        report.decided += 1
    elif sure:
        report.joined += 1
        return _join(cursor, service, pair_id, *joined_and_kept(cursor, one, other), f"p = {pair[2]:.6f}")
    else:
        report.waiting += 1
    return set()


def _join(cursor: Any, service: Actor, pair_id: int, joined: int, kept: int, reason: str) -> set[int]:
    cursor.execute(
        "UPDATE people_pair SET decision = 'same_person', decided_by = 0, decided_at = clock_timestamp(), reason = %s"
        " WHERE id = %s",
        [reason, pair_id],
    )
    persons = join_unsettled(cursor, service, joined, kept, reason, "matcher", pair_id)
    record_event(
        AuditEvent(
            service, ROLE, PURPOSE, "update", person_id=kept, object=f"pair/{pair_id}", reason=f"same_person: {reason}"
        )
    )
    return persons


def _now(cursor: Any, person: int) -> int:
    cursor.execute("SELECT coalesce(merged_into, person_id) FROM people_person WHERE person_id = %s", [person])
    return int(cursor.fetchone()[0])


def _was_parted(cursor: Any, one: int, other: int) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM people_join WHERE parted_at IS NOT NULL"
        " AND source_person_id IN (%s, %s) AND into_person_id IN (%s, %s))",
        [one, other, one, other],
    )
    return bool(cursor.fetchone()[0])


def _note(cursor: Any, one: int, other: int, probability: float, evidence: tuple[Agreement, ...]) -> int | None:
    """The number of the pair, which waits; None where it stands there already, decided or not."""
    first, second = max(one, other), min(one, other)
    told = [{"field": each.field, "level": each.level, "weight": round(each.weight, 2)} for each in evidence]
    cursor.execute(
        """
        INSERT INTO people_pair (person_id, source_person_id, other_person_id, found_by, probability, evidence, place_id)
        SELECT %s, %s, %s, 'matcher', %s, %s, place_id FROM people_person WHERE person_id = %s
        ON CONFLICT (source_person_id, other_person_id) DO NOTHING RETURNING id
        """,
        [first, first, second, probability, Jsonb(told), first],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None
