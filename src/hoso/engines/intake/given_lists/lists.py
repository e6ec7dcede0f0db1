"""Reading what became of lists. A list names nobody: whom it tells of is found in the index or register it was taken into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.engines.intake.given_lists.kinds import ListKind

_COLUMNS = (
    "l.id, l.file_name, l.true_on, l.state, l.rows_total, l.rows_done, l.created, l.updated, l.unchanged, l.refused,"
    " l.refusal::text, l.given_at, l.ended_at, coalesce(a.full_name, '')"
)


@dataclass(frozen=True)
class GivenList:
    """One list: rows_done = created + updated + unchanged + refused."""

    id: int
    file_name: str
    true_on: date
    state: str  # waiting, reading, stopped, done, refused
    rows_total: int | None
    rows_done: int
    created: int
    updated: int
    unchanged: int
    refused: int
    refusal: dict[str, Any] | None
    given_at: datetime
    ended_at: datetime | None
    given_by: str

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "reading")

    def as_dict(self) -> dict[str, Any]:
        """The account for JSON."""
        names = ("id", "state", "rows_total", "rows_done", "created", "updated", "unchanged", "refused", "refusal")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken, for one of the things wrong with it."""

    sheet: str
    refusal: Refusal

    @property
    def message_vi(self) -> str:
        return self.refusal.error.message("vi")

    @property
    def message_en(self) -> str:
        return self.refusal.error.message("en")


def given_lists(kind: ListKind, _scope: Scope, limit: int = 50) -> list[GivenList]:
    """The newest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_select(kind)} ORDER BY l.id DESC LIMIT %s", [limit])
        return [_list(row) for row in cursor.fetchall()]


def given_list(kind: ListKind, _scope: Scope, list_id: int) -> GivenList | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_select(kind)} WHERE l.id = %s", [list_id])
        row = cursor.fetchone()
    return _list(row) if row else None


def refused_rows_of(kind: ListKind, _scope: Scope, list_id: int, limit: int | None = None) -> Iterator[RefusedRow]:
    """In the order of the rows; all of them, or the first `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sheet, row, field, code, params::text FROM {kind.refusals} WHERE list_id = %s"
            " ORDER BY number, field, code LIMIT %s",
            [list_id, limit],
        )
        for sheet, row, field, code, params in cursor:
            yield RefusedRow(sheet, Refusal(row, field, HosoError(code, **orjson.loads(params))))


def _select(kind: ListKind) -> str:
    return f"SELECT {_COLUMNS} FROM {kind.table} l LEFT JOIN accounts_account a ON a.id = l.given_by"


def _list(row: tuple[Any, ...]) -> GivenList:
    return GivenList(*[*row[:10], orjson.loads(row[10]) if row[10] else None, *row[11:]])
