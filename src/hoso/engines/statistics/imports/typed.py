"""A cell as somebody typed it, perhaps without a line and hours before it arrives.

It is kept once however often it is sent, and never written over what its writer had not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from hoso.engines.statistics.imports.report import ImportReport, Standing
from hoso.engines.statistics.value_types import read_value, written

NO_TIME = timedelta(0)
AS_ARRIVED = timedelta(seconds=30)  # typed and sent at once: no time of typing beside that of arrival


@dataclass(frozen=True, slots=True)
class Typed:
    """`seen`: what stood in the cell when it was typed, None where nobody says; `key` names the sending; `age`: how long ago
    it was typed, by the clock of who sends (two clocks are never compared); older than `limit` it asks again."""

    seen: str | None = None
    key: UUID | None = None
    age: timedelta = NO_TIME
    limit: timedelta | None = None

    @property
    def too_old(self) -> bool:
        return self.limit is not None and self.age > self.limit

    @property
    def typed_ago(self) -> timedelta | None:
        """How long before its arrival it was typed, where that is worth keeping."""
        return self.age if self.age > AS_ARRIVED else None


class _Overtaken(Exception):
    """Somebody filled the blank cell between our look and our writing."""


def act_of_sending(cursor: Any, account_id: int, key: UUID | None) -> int | None:
    """The act of this sending where it arrived before; a twin on its way at this very moment is waited for."""
    if key is None:
        return None
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 5480))", [str(key)])
    cursor.execute("SELECT id FROM statistics_act WHERE account_id = %s AND sent_key = %s", [account_id, key])
    found = cursor.fetchone()
    return int(found[0]) if found else None


def store_as_seen(cursor: Any, typed: Typed, report: ImportReport, store: Callable[[], None]) -> None:
    """Write the one staged cell by `store` unless what stands there is not what its writer saw: then the report tells it."""
    stands = _standing(cursor)
    if not stands.fits(typed):
        report.standing = stands.told
        return
    try:
        with transaction.atomic():
            store()
            if typed.seen is not None and not stands.known and report.updated:
                raise _Overtaken
    except _Overtaken:
        report.updated, report.act_id = 0, None
        report.standing = _standing(cursor).told


@dataclass(frozen=True, slots=True)
class _Stands:
    """What the store holds for the staged cell; `known`: it has a row, if only a figure taken back; `same`: it says what was
    typed; `value` None where it is blank."""

    known: bool
    value: Decimal | str | None
    kind: str
    same: bool
    told: Standing

    def fits(self, typed: Typed) -> bool:
        """Whether the cell may be written, or says the same already."""
        if self.same:
            return True
        if typed.too_old:
            return False
        if typed.seen is None:
            return True
        return not typed.seen.strip() if self.value is None else read_value(typed.seen, self.kind) == self.value


def _standing(cursor: Any) -> _Stands:
    """What stands in the cell, held until the transaction ends."""
    alike = "(v.unit_id, v.period_id, v.element_id, v.split_id, v.attribute_id)"
    alike += " = (s.unit_id, s.period_id, s.element_id, s.split_id, s.attribute_id)"
    # Locked first and read afterwards: a lock that had to wait would still show the row's old act.
    cursor.execute(f"SELECT 1 FROM statistics_value v JOIN statistics_stage s ON {alike} FOR UPDATE OF v")
    cursor.execute(
        f"""
        SELECT v.number, v.text, coalesce(v.deleted, true) AS blank, v.act_id IS NOT NULL, e.value_type, a.actor,
               coalesce(a.typed_at, a.at), num_nonnulls(s.number, s.text) = 0 OR s.deleted AS emptied,
               (v.number, v.text) IS NOT DISTINCT FROM (s.number, s.text)
        FROM statistics_stage s JOIN statistics_element e ON e.id = s.element_id
        LEFT JOIN statistics_value v ON {alike} LEFT JOIN statistics_act a ON a.id = v.act_id
        """
    )
    number, text, blank, known, kind, actor, at, emptied, equal = cursor.fetchone()
    value = None if blank else text if number is None else number
    told = Standing("" if blank else written(number, text, kind), actor or "", at)
    return _Stands(known, value, kind, blank if emptied else equal and not blank, told)
