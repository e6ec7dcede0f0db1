"""`hoso records reindex`: rows made anew are those that filing made; a stopped run is gone on with."""

from typing import Any

import pytest

from hoso.engines.intake.jobs import intake_service
from hoso.engines.records import reindexing
from hoso.engines.records.reindexing import is_indexed, reindex
from tests.claim_packages import sample_3176, sample_4210
from tests.database import Database
from tests.intaking import Intake, as_service, rows

TOKENS = (
    "SELECT hash, person_id, type, id, happened, sensitivity, facility_id, place_id, encounter FROM records_token"
    " ORDER BY 1, 3, 4"
)


class Stopped(Exception):
    pass


def test_rows_made_anew_are_those_of_filing(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(own_database.home / "sent")
    intake.file(sample_3176())
    intake.file(sample_4210())
    assert is_indexed()
    filed = rows(TOKENS)
    assert filed
    with as_service() as cursor:
        cursor.execute("DELETE FROM records_token")
        cursor.execute("UPDATE records_index_state SET complete = false, type = 0, id = ''")
    assert not is_indexed()

    monkeypatch.setattr(reindexing, "BATCH", 7)
    seen: list[tuple[int, int]] = []

    def stop(*told: Any) -> None:
        seen.append(told)
        if len(seen) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        reindex(intake_service("test"), stop)
    assert not is_indexed() and 0 < len(rows(TOKENS)) < len(filed)
    resources = len(rows("SELECT 1 FROM records_location"))
    assert reindex(intake_service("test"), lambda done, total: None) == resources - 14
    assert is_indexed() and rows(TOKENS) == filed
    assert reindex(intake_service("test"), lambda done, total: None) == 0
    assert reindex(intake_service("test"), lambda done, total: None, again=True) == resources
    assert rows(TOKENS) == filed
