"""Visits prepared ahead of the one who files them: in order, whoever prepared them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from threading import Event, Timer

import pytest
from django.db import connection
from tests.claim_packages import package, sample_3176

from hoso.core.database.session import acting_transaction
from hoso.engines.intake import packages, reading
from hoso.engines.intake.actions import receive
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.preparing import PreparedVisit, prepare
from hoso.engines.intake.sent import PackageHeader, Part, RawVisit

VISITS = 2 * reading.AHEAD * reading.CHUNK + 3


def visits() -> list[RawVisit]:
    header = PackageHeader("01000", date(2025, 3, 15), VISITS)
    part = Part("XML1", sample_3176().tables[1].xml())
    return [RawVisit(header, number, [part]) for number in range(1, VISITS + 1)]


@pytest.mark.parametrize("busy_seconds", [0.0, 0.5])
def test_while_the_helper_is_busy_the_writer_prepares_and_the_order_stays(
    busy_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: list[int] = []

    def counted(chunk: list[RawVisit], stated: str | None) -> list[PreparedVisit]:
        here.extend(raw.ordinal for raw in chunk)
        return [prepare(raw, stated) for raw in chunk]

    monkeypatch.setattr(reading, "prepare_here", counted)
    free = Event()
    with ThreadPoolExecutor(1) as helper:
        helper.submit(free.wait)
        Timer(busy_seconds, free.set).start()
        raws: dict[int, RawVisit] = {}
        found = [visit.ordinal for visit in reading.PreparedVisits(iter(visits()), None, helper, raws)]
    assert found == list(range(1, VISITS + 1)) and len(raws) == VISITS
    assert not busy_seconds or here, "nothing was prepared here though the helper was busy"
    assert len(here) == len(set(here)) < VISITS


def test_what_breaks_while_reading_ahead_is_told_after_what_stands_before_it() -> None:
    def broken() -> Iterator[RawVisit]:
        yield from visits()[: 2 * reading.CHUNK]
        raise ZeroDivisionError

    with ThreadPoolExecutor(1) as helper:
        prepared = reading.PreparedVisits(broken(), None, helper, {})
        prepared.send_ahead()  # beside another package, which must not suffer
        found = iter(prepared)
        assert [next(found).ordinal for _ in range(2 * reading.CHUNK)] == list(range(1, 2 * reading.CHUNK + 1))
        with pytest.raises(ZeroDivisionError):
            next(found)


@pytest.mark.django_db
def test_a_reading_behind_the_mark_is_thrown_away() -> None:
    """Somebody else filed a part of the package after this reading had begun at its start."""
    service = intake_service("test")
    count = reading.CHUNK + 3
    claims = [sample_3176().with_(MA_LK=f"AHEAD.{number}") for number in range(count)]
    received = receive(service, "ahead.xml", [package(claims)], "command")
    with ThreadPoolExecutor(1) as helper:
        begun = reading.Reading(bytes.fromhex(received.sha256), "ahead.xml", None, 0, helper).begin()
        with acting_transaction(service.account_id, "record_keeping"), connection.cursor() as cursor:
            cursor.execute("UPDATE intake_package SET visits_read = 4, state = 'reading' WHERE id = %s", [received.id])
        with closing(begun):
            packages.process_package(received.id, service, helper, begun=begun)
    with acting_transaction(service.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(ordinal ORDER BY ordinal) FROM intake_visit WHERE package_id = %s", [received.id]
        )
        assert cursor.fetchone()[0] == list(range(5, count + 1))
