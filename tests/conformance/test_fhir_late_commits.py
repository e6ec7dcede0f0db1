"""A write that began before a search's first page and commits after it is on no later page, nor shown twice."""

from threading import Event, Thread

import pytest
from django.db import connection

from tests.conformance.test_fhir_search_http import House, _change, _keys, _next, house

__all__ = ["house"]  # the fixture


def _commit_when_told(id_: str, written: Event, told: Event) -> None:
    def wait() -> None:
        written.set()
        told.wait(30)

    _change(id_, before_commit=wait)
    connection.close()


@pytest.mark.parametrize("query", ["Observation?", "Observation?_sort=_lastUpdated&"])
def test_a_write_that_commits_late(house: House, query: str) -> None:
    whole = house.keys(f"{query}_count=1000")
    shown_first, waiting = whole[0][1], whole[len(whole) // 2][1]
    written, told = [Event(), Event()], Event()
    writers = [Thread(target=_commit_when_told, args=(id_, each, told)) for id_, each in zip((shown_first, waiting), written, strict=True)]  # fmt: skip
    for writer, each in zip(writers, written, strict=True):
        writer.start()
        assert each.wait(30)
    bundle = house.bundle(f"{query}_count=50")  # their moment lies before it, their commit behind it
    seen = _keys(bundle)
    assert shown_first in {id_ for _, id_ in seen}
    told.set()
    for writer in writers:
        writer.join(30)
    while address := _next(bundle):
        bundle = house.bundle(address)
        seen += _keys(bundle)
    assert len(seen) == len(set(seen))
    late = {whole[0], whole[len(whole) // 2]}
    assert set(seen) - late == set(whole) - late
    assert len(house.keys(f"{query}_count=1000")) == len(whole)
