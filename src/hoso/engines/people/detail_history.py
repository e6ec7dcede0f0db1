"""Reading a person's details: which value holds, since when, from which visit's facility, and what was said before.

Runs inside `core.access.reading.read`. Built from the statements the asker may see: what a visit hidden from them said is
not told as its saying.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.people.details import DetailKind, DetailSource, Statement, detail_kinds, detail_sources, in_order
from hoso.engines.people.details import replaces as takes_over


@dataclass
class Saying:
    """One value as said from `first_said` to `last_said`; `held` where it ever was the value that counts."""

    value: Any
    first_said: datetime
    last_said: datetime
    facility_name: str
    source: DetailSource | None  # None: known before statements were kept
    held: bool
    times: int = 1


@dataclass(frozen=True)
class DetailHistory:
    """One kind of detail: what holds now, and everything said, newest first."""

    kind: DetailKind
    now: Saying
    sayings: tuple[Saying, ...]


def detail_histories(scope: Scope, person_id: int) -> list[DetailHistory]:
    """The details of one person, in the order of the definitions; kinds of which nothing was said are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.encounter, s.said_at, s.source, s.details::text, s.person_id <> s.source_person_id, coalesce(f.name, '')
            FROM people_statement s
            LEFT JOIN places_facility f ON f.id = s.facility_id
            WHERE s.person_id = %s AND NOT s.withdrawn AND {scope.persons("s")}
            """,
            [person_id],
        )
        rows = cursor.fetchall()
    facilities = {row[0]: row[5] for row in rows}
    statements = in_order(Statement(row[0], row[1], row[2], orjson.loads(row[3]), row[4]) for row in rows)
    found = (history(kind, statements, facilities) for kind in detail_kinds().values())
    return [one for one in found if one]


def history(kind: DetailKind, statements: Iterable[Statement], facilities: Mapping[str, str]) -> DetailHistory | None:
    """The history of one kind from statements in order; `facilities` names the facility of each visit."""
    held: Statement | None = None
    now: Saying | None = None
    sayings: list[Saying] = []
    for one in statements:
        if kind.key not in one.details:
            continue
        value = one.details[kind.key]
        takes = one.counts_for(kind) and (held is None or takes_over(one, held, kind))
        if takes:
            held = one
        if now and now.value == value:
            now.last_said, now.times = one.said_at, now.times + 1
            continue
        saying = Saying(
            value, one.said_at, one.said_at, facilities.get(one.encounter, ""), detail_sources().get(one.source), takes
        )
        sayings.append(saying)
        now = saying if takes else now
    return DetailHistory(kind, now, tuple(reversed(sayings))) if now else None
