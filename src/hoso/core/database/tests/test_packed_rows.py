"""Rows packed by us are read by PostgreSQL as the values they were."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from hoso.core.database.bulk import staged_packed
from hoso.core.database.packed_rows import pack_rows

NOON = datetime(1954, 7, 21, 12, 0, 0, 5, tzinfo=UTC)
KINDS: dict[str, list[Any]] = {
    "bigint": [0, -(2**63), 2**63 - 1, None],
    "integer": [-(2**31), 7, None],
    "smallint": [-5, None],
    "boolean": [True, False, None],
    "text": ["", "Đặng Thị Ó", None],
    "bytea": [b"", b"\0\xff", None],
    "date": [date(1880, 1, 1), date(2026, 11, 27), None],
    "timestamptz": [NOON, datetime(2026, 11, 27, tzinfo=UTC), None],
    "jsonb": [{"a": [1, "ấ"]}, None],
    "text[]": [["a", None, "ê"], [], None],
    "bigint[]": [[1, -2], [None], [], None],
    "timestamptz[]": [[None, NOON], [NOON], [], None],
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_packed_is_what_is_read(kind: str) -> None:
    columns = {"number": "integer", "value": kind, "repeated": kind}
    given = [(number, value, value) for number, value in enumerate(KINDS[kind])]
    with transaction.atomic(), connection.cursor() as cursor:
        with staged_packed(cursor, "packed_test", columns, pack_rows(columns, given)) as stage:
            shown = "value::text, repeated::text" if kind == "jsonb" else "value, repeated"
            cursor.execute(f"SELECT number, {shown} FROM {stage} ORDER BY number")
            found = [(number, _plain(one), _plain(other)) for number, one, other in cursor.fetchall()]
        cursor.execute("DROP TABLE stage_packed_test")
    if kind == "jsonb":
        given = [(0, '{"a": [1, "ấ"]}', '{"a": [1, "ấ"]}'), (1, None, None)]
    assert found == given


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
