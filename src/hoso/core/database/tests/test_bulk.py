"""Staging tables hold the rows of one use alone, however often they are used in a transaction."""

from typing import Any

import pytest
from django.db import connection, transaction

from hoso.core.database.bulk import FEW, MOST_DEAD, staged

COLUMNS = {"number": "integer", "word": "text"}


def _seen(cursor: Any, rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    with staged(cursor, "bulk_test", COLUMNS, rows) as stage:
        cursor.execute(f"SELECT number, word FROM {stage} ORDER BY number")
        return list(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("many", [FEW + 1, MOST_DEAD // 2, MOST_DEAD + 1])
def test_each_use_sees_its_own_rows(many: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for turn in range(5):
            rows = [(number, f"{turn}") for number in range(many)]
            assert _seen(cursor, rows) == rows
            assert _seen(cursor, rows[:1]) == rows[:1]


@pytest.mark.django_db
def test_a_use_that_was_undone_leaves_nothing() -> None:
    with connection.cursor() as cursor:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _seen(cursor, [(1, "a"), (2, "b")])
            with staged(cursor, "bulk_test", COLUMNS, [(3, "c")]):
                raise ZeroDivisionError
        with transaction.atomic():
            assert _seen(cursor, [(4, "d")]) == [(4, "d")]
