"""Visits prepared ahead of the one who files them: in order, whoever prepared them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event, Timer

import pytest
from tests.claim_packages import sample_3176

from hoso.engines.intake import reading
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
