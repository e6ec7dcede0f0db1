"""Reading resources by id over HTTP, signed in, row security and audit on: answers a second, and the slow end.

The store is that of `timeline`; as many doctors of the hospital that knows most persons read at once as there are web
processes twice over, over kept connections, each in a thread of this process.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import psycopg

from hoso.bench import timeline
from hoso.bench.bench_house import administrator_url
from hoso.bench.fhir_search import BASE, busiest_hospital
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import Visitor, make_account, serving
from hoso.engines.records.resource_types import name_of

READS = 4_000
WARM_UP = 50


def prepare(size: Size) -> str:
    """The store of `timeline`."""
    return timeline.prepare(size)


def measure(size: Size) -> Figure:
    """Reads a second."""
    home = timeline.opened_store(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital = busiest_hospital(connection)
        paths = _paths(connection, hospital)
    readers = 2 * (os.cpu_count() or 1)
    password = make_account("bench.fhir", "clinical", "doctor", hospital)
    with serving(home) as port, ThreadPoolExecutor(readers) as pool:
        visitors = [Visitor(port, "bench.fhir", password) for _ in range(readers)]
        for visitor in visitors:
            for path in paths[:WARM_UP]:
                visitor.get(path)
        began = time.perf_counter()
        spent = list(pool.map(_read, visitors, [paths[number::readers] for number in range(readers)]))
        seconds = time.perf_counter() - began
    times = [one for each in spent for one in each]
    print(f"{readers} readers at once")
    print_latencies({"read": times})
    return Figure("fhir-read", len(times) / seconds, "reads/s", details={"read": summary(times)})


def _read(visitor: Visitor, paths: list[str]) -> list[float]:
    return [visitor.get(path)[0] for path in paths]


def _paths(connection: Any, hospital: str) -> list[str]:
    """Resources drawn evenly from those of the persons whom the hospital knows, unlabelled ones."""
    rows = connection.execute(
        """
        SELECT r.type, r.id FROM records_resource r JOIN access_care_relation c USING (person_id)
        JOIN places_facility f ON f.id = c.facility_id
        WHERE f.code = %s AND NOT r.deleted AND r.sensitivity = 0 ORDER BY r.id
        """,
        [hospital],
    ).fetchall()
    drawn = Random("reads").choices(rows, k=READS)
    return [f"{BASE}/{name_of(number)}/{id_}" for number, id_ in drawn]
