"""Reading the register: who is found by a name or a number, one practitioner with what was before, whose a number is.

Each function runs inside `core.access.reading.read`: row security leaves out everything for who may not read the register.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.accounts.licence_numbers import licence_number
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.names import distant
from hoso.engines.intake.practitioners.register import Practitioner, load

PAGE = 50
_LAST = "\U0010ffff"  # above every character of a word


@dataclass(frozen=True)
class Found:
    """A page of practitioners, and how many there are."""

    practitioners: list[Practitioner]
    total: int


@dataclass(frozen=True)
class Earlier:
    """A row as it was until it was changed."""

    kind: str  # practitioner, licence, suspension, place
    version: int
    until: datetime
    was: dict[str, Any]


def find(_scope: Scope, text: str, page: int) -> Found:
    """By the beginnings of all words of the name without accents, in any order, or by the beginning of a licence number;
    everybody for an empty text. By name, in order of their ids."""
    words = fold(text).split()
    conditions, values = ["true"], list[Any]()
    if words:
        by_name = " AND ".join(
            [
                "EXISTS (SELECT 1 FROM practitioners_word w WHERE w.practitioner_id = p.id AND w.word >= %s AND w.word < %s)"
            ]
            * len(words)
        )
        values = [bound for word in words for bound in (word, word + _LAST)]
        number = licence_number(text) or "-"
        by_number = "EXISTS (SELECT 1 FROM practitioners_licence l WHERE l.practitioner_id = p.id AND l.number >= %s AND l.number < %s)"
        conditions, values = [f"({by_name})", by_number], [*values, number, number + _LAST]
    where = " OR ".join(conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM practitioners_practitioner p WHERE {where}", values)
        total = int(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT p.id FROM practitioners_practitioner p WHERE {where} ORDER BY p.id LIMIT %s OFFSET %s",
            [*values, PAGE, (page - 1) * PAGE],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return Found(load(ids), total)


def practitioner(_scope: Scope, practitioner_id: int) -> tuple[Practitioner, list[Earlier]] | None:
    """One with the earlier versions of everything about them, the newest first."""
    found = load([practitioner_id])
    if not found:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, version, until, was::text FROM practitioners_past WHERE practitioner_id = %s"
            " ORDER BY until DESC, kind, row_id LIMIT 200",
            [practitioner_id],
        )
        return found[0], [Earlier(*[*row[:3], orjson.loads(row[3])]) for row in cursor.fetchall()]


def is_kept() -> bool:
    """Whether the register holds anybody: before that it says nothing against a number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM practitioners_practitioner)")
        return bool(cursor.fetchone()[0])


def doubt_about(number: str, name: str, day: date) -> str:
    """Why the register does not bear out that somebody of this name practises under this number on that day: `unknown`,
    `other_name`, or the state of the licence; empty where it does, or where nothing is kept in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practitioner_id FROM practitioners_licence WHERE number = %s", [licence_number(number)])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return "unknown" if is_kept() else ""
    wanted = licence_number(number)
    holders = load(ids)
    near = [one for one in holders if not distant(name, one.name)]
    if not near:
        return "other_name"
    states = [each.state(day) for one in near for each in one.licences if each.number == wanted]
    return "" if "in_force" in states else states[0]
