"""Many new resources at once leave the same rows as each by itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from hoso.core.accounts.machines import as_intake_service
from hoso.core.database.bulk import FEW
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.drafts import Draft, to_bytes

START = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS = {
    "records_resource": "type, version, deleted, happened, encounter, source_person_id, facility_id, place_id, sensitivity,"
    " package_id, source_table, source_line, hash, body, meta",
    "records_location": "type, source_person_id, facility_id, place_id, sensitivity, package_id, source_line",
    "records_token": "type, hash, happened, source_person_id, facility_id, place_id, sensitivity, package_id, source_line,"
    " encounter",
}


def _drafts(person: int) -> list[tuple[Draft, Filing]]:
    made = []
    for number in range(3 * FEW):
        body = to_bytes({"resourceType": "Observation", "status": "final", "number": number})
        tokens = tuple((number * 10 + place, None if place else START + timedelta(days=place)) for place in range(4))
        draft = Draft(
            "Observation", f"{person}-{number}", 3, number, START + timedelta(hours=number), number % 2, body, tokens,
            b'{"tag":[]}' if number % 3 else b"",
        )  # fmt: skip
        made.append((draft, Filing(person, 700, "", f"v{number % 5}", 7, 8, 9)))
    return made


def _file(batches: Sequence[Sequence[tuple[Draft, Filing]]]) -> None:
    for drafts in batches:
        with as_intake_service(), connection.cursor() as cursor:
            batch = RecordBatch(cursor, START)
            for draft, filing in drafts:
                batch.file(draft, filing)
            batch.write()


def _rows(table: str, person: int) -> list[tuple[Any, ...]]:
    with as_intake_service(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT substr(id, position('-' in id)), {COLUMNS[table]} FROM {table} WHERE person_id = %s ORDER BY 1, 3",
            [person],
        )
        return [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("table", COLUMNS)
def test_many_at_once_leave_what_each_alone_leaves(table: str) -> None:
    _file([_drafts(71)])
    _file([[one] for one in _drafts(72)])
    many, alone = _rows(table, 71), _rows(table, 72)
    assert many == alone
    assert len(many) == 3 * FEW * (4 if table == "records_token" else 1)
