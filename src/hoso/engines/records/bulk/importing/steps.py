"""One step of an import: the next lines filed, with the place behind them in the same transaction.

Killed anywhere, an import goes on behind the last line filed: nothing is lost and nothing filed twice. Where a line is
refused, the lines are halved until it stands alone; it is kept with why, and the rest is filed.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import DataError, connection, transaction

from hoso.core.errors import HosoError
from hoso.engines.records.bulk.importing.inputs import Input, open_input
from hoso.engines.records.bulk.importing.lines import Line, read_lines, wanted_of
from hoso.engines.records.bulk.importing.ordering import MODES
from hoso.engines.records.bulk.kept_refusals import as_kept
from hoso.engines.records.bulk.orders import PURPOSES, Order, finish, open_order
from hoso.engines.records.fhir.writing.asked import Done, Refused
from hoso.engines.records.fhir.writing.turn import take_turn

_PASSING = ("HS2150", "HS2240", "HS5133")  # of this house and this hour: tried again later
_OF_ORDER = ("HS2001", "HS5163", "HS5165", "HS5168", "HS9022")  # it cannot go on


class _Overtaken(Exception):
    """Another process is at the order, or it was cancelled."""


class _At:
    """An open input, and how far it is."""

    def __init__(self, order: Order, row: Sequence[Any]) -> None:
        self.order = order
        self.number, self.place, self.lines = row[0], row[5], row[6]
        self.input = Input(*row[1:5])

    def move(self, cursor: Any, lines: Sequence[Line], done: Sequence[Done], refused: int = 0) -> None:
        """Say in the open transaction that these lines are done. Raises _Overtaken where they are not the next ones."""
        filed = sum(one.written for one in done)
        cursor.execute("SELECT 1 FROM bulk_order WHERE id = %s AND state = 'open' FOR SHARE", [self.order.id])
        if cursor.fetchone():
            cursor.execute(
                "UPDATE bulk_import_input SET place = %s, lines = lines + %s, filed = filed + %s, unchanged = unchanged + %s,"
                " refused = refused + %s WHERE order_id = %s AND number = %s AND place = %s",
                [lines[-1].end, len(lines), filed, len(done) - filed, refused, self.order.id, self.number, self.place],
            )
            if cursor.rowcount == 1:
                return
        raise _Overtaken


def step(number: UUID) -> bool:
    """File the next lines; False where there is nothing more to do, or another process is at it."""
    try:
        order = open_order(number)
        if order is None:
            return False
        at = _next_input(order)
        if at is None:
            finish(number, "complete")
            return False
        with open_input(at.input, order.asked["base"]) as source:
            _file(at, next(read_lines(source, at.place, at.lines)))
        return True
    except _Overtaken:
        return False
    except HosoError as error:
        if error.code not in _OF_ORDER:
            raise
        finish(number, "failed", as_kept(error))
        return False


def _next_input(order: Order) -> _At | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, type, url, bytes, mark, place, lines FROM bulk_import_input WHERE order_id = %s AND place < bytes"
            " ORDER BY number LIMIT 1",
            [order.id],
        )
        row = cursor.fetchone()
    return _At(order, row) if row else None


def _file(at: _At, batch: list[Line]) -> None:
    """File them in order, each transaction with the place behind it."""
    waiting = [batch]
    while waiting:
        some = waiting.pop()
        try:
            _take(at, some)
        except (HosoError, DataError) as error:
            if isinstance(error, HosoError) and error.code in (*_PASSING, *_OF_ORDER):
                raise
            if len(some) == 1:
                _refuse(at, some, error)
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
                continue
        at.place = some[-1].end


def _take(at: _At, some: list[Line]) -> None:
    order = at.order
    wanted = [wanted_of(one, at.input.type, MODES[order.asked["mode"]]) for one in some if one.content or one.too_long]
    take_turn(
        order.actor, PURPOSES["import"], wanted, order.about,
        beside=lambda cursor, done: at.move(cursor, some, [*done, *_blank(len(some) - len(wanted))]),
    )  # fmt: skip


def _blank(count: int) -> list[Done]:
    """Empty lines ask for nothing."""
    return [Done(200, "", "", 0, None, None, written=False)] * count


def _refuse(at: _At, some: list[Line], error: HosoError | DataError) -> None:
    if isinstance(error, DataError):  # such as a character that no text of the store holds
        error = Refused("HS5170", f"line {some[0].number}", type=at.input.type, reason="a value cannot be stored")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bulk_import_refusal VALUES (%s, %s, %s, %s)",
            [at.order.id, at.number, some[0].number, as_kept(error)],
        )
        at.move(cursor, some, [], refused=1)
