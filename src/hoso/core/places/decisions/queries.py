"""Reads about decisions: the list, one with its changes, what it moves, who keeps something of a unit."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from hoso.core.places.decisions.decision import Change, Decision, Header
from hoso.core.places.models import Place
from hoso.core.places.within import units_within

_COLUMNS = (
    "id, number, decided_on, in_force_from, source, state, imported_at, imported_by, approved_at, approved_by, applied_at,"
    " hindered_by, undone_at, undone_by, undone_reason"
)


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one kind somebody keeps of a unit; `detail`: which (the name of a data set), where there are several."""

    place_id: int
    subject: str
    title_vi: str
    title_en: str
    detail: str
    number: int


def decision_list() -> list[Decision]:
    """Every decision without its changes, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM places_decision ORDER BY in_force_from DESC, id DESC")
        return [_decision(row) for row in cursor.fetchall()]


def decision_by_number(number: str) -> Decision | None:
    """The one that stands under this number: one that was undone or dropped stands only until it comes again."""
    return _one("number = %s ORDER BY state IN ('undone', 'dropped'), id DESC LIMIT 1", number)


def decision_by_id(decision_id: int) -> Decision | None:
    return _one("id = %s", decision_id)


def due_decisions() -> list[int]:
    """Approved ones whose day has come, in the order of their days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM places_decision WHERE state = 'approved' AND in_force_from <= current_date"
            " ORDER BY in_force_from, decided_on, id"
        )
        return [row[0] for row in cursor.fetchall()]


def uses(place_ids: list[int], *, of_forerunners: bool = False) -> list[Use]:
    """Who keeps what of these units; `of_forerunners`: also of earlier units that lie wholly in them, told under them."""
    within = units_within(place_ids) if of_forerunners else {place_id: place_id for place_id in place_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.place_id, u.subject, k.title_vi, k.title_en, u.detail, u.number FROM places_used_by(%s) u"
            " JOIN places_use k USING (subject)",
            [list(within)],
        )
        found: dict[tuple[int, str, str, str, str], int] = {}
        for place_id, *rest, number in cursor.fetchall():
            key = (within[place_id], *rest)
            found[key] = found.get(key, 0) + number
    return sorted(
        (Use(*key, number) for key, number in found.items()), key=lambda use: (use.place_id, use.subject, use.detail)
    )


def later_decision(decision_id: int) -> str | None:
    """The number of a decision that ended a unit which this one made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.number FROM places_place p JOIN places_decision d ON d.id = p.ended_by WHERE p.begun_by = %s LIMIT 1",
            [decision_id],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None


def made_by(decision_id: int) -> list[int]:
    """The units it made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM places_place WHERE begun_by = %s ORDER BY id", [decision_id])
        return [row[0] for row in cursor.fetchall()]


def _one(condition: str, value: Any) -> Decision | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM places_decision WHERE {condition}", [value])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(
            "SELECT row, action, level, old_code, new_code, new_name, new_name_en, parent_code, share, share_source,"
            " facilities FROM places_decision_change WHERE decision_id = %s ORDER BY row",
            [row[0]],
        )
        changes = tuple(_change(*row) for row in cursor.fetchall())
    return _decision(row, changes)


def _change(row: int, action: str, level: int, *rest: Any) -> Change:
    *texts, facilities = rest
    return Change(*(row, action, Place.Level(level), *texts, tuple(facilities)))


def _decision(row: tuple[Any, ...], changes: tuple[Change, ...] = ()) -> Decision:
    number, *header = row[:5]
    return Decision(*(number, Header(*header), *row[5:], changes))
