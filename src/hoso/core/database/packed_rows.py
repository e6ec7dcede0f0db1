"""Rows in PostgreSQL's binary COPY format, packed where there is no database: in a helper process, for another to store.

https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from struct import Struct
from typing import Any

import orjson

HEADER, TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH_DAY, _EPOCH = date(2000, 1, 1).toordinal(), datetime(2000, 1, 1, tzinfo=UTC)
_COUNT, _LENGTH, _LONG, _INT, _SHORT = (Struct(form).pack for form in ("!h", "!i", "!iq", "!ii", "!ih"))
_EMPTY_ARRAY, _ARRAY = Struct("!iiii").pack, Struct("!iiiiii").pack
_BOOLEAN = {True: b"\0\0\0\1\1", False: b"\0\0\0\1\0", None: _NULL}
Pack = Callable[[Any], bytes]
Packed = bytes


def pack_rows(columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> Packed:
    """Rows of `columns` (name -> PostgreSQL type). Rows that follow each other and differ in their first column alone, as
    index rows of one thing do, are packed at the cost of that column."""
    first, *others = (_PACKERS[kind] for kind in columns.values())
    count, packed, before, tail = _COUNT(len(columns)), [], None, b""
    for row in rows:
        rest = row[1:]
        if rest != before:
            before, tail = rest, b"".join([pack(value) for pack, value in zip(others, rest, strict=True)])
        packed.append(count + first(row[0]) + tail)
    return b"".join(packed)


def _or_null(pack: Pack) -> Pack:
    return lambda value: _NULL if value is None else pack(value)


def _text(value: str | None) -> bytes:
    if value is None:
        return _NULL
    content = value.encode()
    return _LENGTH(len(content)) + content


def _bytea(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _json(value: Any) -> bytes:
    content = orjson.dumps(value)
    return _LENGTH(len(content) + 1) + b"\1" + content


def _date(value: date) -> bytes:
    return _INT(4, value.toordinal() - _EPOCH_DAY)


def _moment(value: datetime) -> bytes:
    passed = value - _EPOCH
    return _LONG(8, (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds)


@lru_cache(maxsize=256)
def _longs_packer(count: int) -> Callable[..., bytes]:
    return Struct("!" + "iq" * count).pack


def _longs(values: Sequence[int | None]) -> bytes:
    """An array of bigint; where none is null, packed in one go."""
    if not values or None in values:
        return _nullable_longs(values)
    count = len(values)
    sized = [one for value in values for one in (8, value)]
    return _ARRAY(20 + 12 * count, 1, False, 20, count, 1) + _longs_packer(count)(*sized)


def _array(element_type: int, pack: Pack) -> Pack:
    """Of one dimension; `element_type` as pg_type numbers it."""

    def pack_array(values: Sequence[Any]) -> bytes:
        if not values:
            return _EMPTY_ARRAY(12, 0, 0, element_type)
        content = b"".join([pack(value) for value in values])
        return _ARRAY(20 + len(content), 1, None in values, element_type, len(values), 1) + content

    return pack_array


_nullable_longs = _array(20, lambda value: _NULL if value is None else _LONG(8, value))
_PACKERS: dict[str, Pack] = {
    "bigint": lambda value: _NULL if value is None else _LONG(8, value),
    "integer": lambda value: _NULL if value is None else _INT(4, value),
    "smallint": lambda value: _NULL if value is None else _SHORT(2, value),
    "boolean": _BOOLEAN.__getitem__,
    "text": _text,
    "bytea": _or_null(_bytea),
    "date": _or_null(_date),
    "timestamptz": _or_null(_moment),
    "jsonb": _or_null(_json),
    "text[]": _or_null(_array(25, _text)),
    "bigint[]": _or_null(_longs),
    "timestamptz[]": _or_null(_array(1184, _or_null(_moment))),
}
