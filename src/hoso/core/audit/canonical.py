"""The canonical encoding of an event and the hashes of the chain (docs/security/audit-chain.md).

Encoding 1: the event as one JSON object in the form of RFC 8785: every column, names sorted, no white space, UTF-8; times
are whole microseconds since 1970 in UTC, the request's id is its text. `leaf` = SHA-256 of these bytes; the chain's
`hash` = SHA-256(hash before ‖ shelf as four bytes, big end first ‖ leaf).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

_MICROSECONDS = "(extract(epoch FROM {0}) * 1000000)::bigint"
_EXPRESSIONS = {
    "account_kind": "account_kind",
    "action": "action",
    "actor_id": "actor_id",
    "actor_name": "actor_name",
    "at": _MICROSECONDS.format("at"),
    "break_glass": "break_glass",
    "device": "device",
    "facility_id": "facility_id",
    "found": "found",
    "id": "id",
    "object": "object",
    "outcome": "outcome",
    "person_id": "person_id",
    "purpose": "purpose",
    "reason": "reason",
    "request_id": "request_id::text",
    "role": "role",
    "route": "route",
    "sensitive": "sensitive",
    "source": "source",
    "source_port": "source_port",
    "spooled_at": _MICROSECONDS.format("spooled_at"),
    "store": "store",
    "transaction_id": "transaction_id::text::bigint",
}
NAMES = tuple(_EXPRESSIONS)  # sorted
SELECTED = ", ".join(f"{expression} AS {name}" for name, expression in _EXPRESSIONS.items())
ID, AT, STORE, TRANSACTION = (NAMES.index(name) for name in ("id", "at", "store", "transaction_id"))

_DAY = 86_400_000_000
_VIETNAM = 7 * 3_600_000_000  # without summer time; partitions are cut by this clock

Row = Sequence[Any]


def encode(row: Row) -> bytes:
    """The canonical bytes of a row read by SELECTED."""
    return orjson.dumps(dict(zip(NAMES, row, strict=True)))


def leaf_of(row: Row) -> bytes:
    return sha256(encode(row)).digest()


def genesis(installation: UUID) -> bytes:
    """What stands before the first event: no two installations begin alike."""
    return sha256(b"HoSo audit chain 1\n" + installation.bytes).digest()


def link(before: bytes, shelf: int, leaf: bytes) -> bytes:
    """The chain's hash after one more event."""
    return sha256(before + shelf.to_bytes(4, "big") + leaf).digest()


def shelf_of(row: Row) -> int:
    """Month and store of a row: 2026111 is November 2026 of the record store, 2026112 of the security log."""
    return _month((row[AT] + _VIETNAM) // _DAY) * 10 + (2 if row[STORE] == "security" else 1)


@lru_cache(maxsize=64)
def _month(day: int) -> int:
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return date.year * 100 + date.month
