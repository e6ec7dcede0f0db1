"""Many new resources at once leave the same rows as each by itself."""

import pickle
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from hoso.core.accounts.machines import as_intake_service
from hoso.core.database.bulk import FEW
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.drafts import Draft, to_bytes
from hoso.engines.records.fhir.writing.written import Written

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


@pytest.mark.django_db
def test_who_moved_in_the_batch_is_written_at_home_and_nobody_else() -> None:
    with as_intake_service(), connection.cursor() as cursor:
        batch = RecordBatch(cursor, START)
        for draft, filing in _drafts(73) + _drafts(74):
            batch.file(draft, filing)
        batch.bring_home({73: 80, 75: 81})
        batch.write()
        for table in COLUMNS:
            cursor.execute(f"SELECT DISTINCT person_id, place_id FROM {table} WHERE person_id IN (73, 74) ORDER BY 1")
            assert cursor.fetchall() == [(73, 80), (74, 8)], table


def test_a_draft_travels_whole_between_processes() -> None:
    for draft, _ in _drafts(76):
        assert pickle.loads(pickle.dumps(draft)) == draft
    written = Written(*(getattr(draft, one.name) for one in fields(draft)))
    assert type(pickle.loads(pickle.dumps(written))) is Written
