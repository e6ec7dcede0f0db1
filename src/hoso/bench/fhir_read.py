"""Reading resources by id over HTTP, row security and audit on: answers a second, and the slow end.

The store is that of `timeline`; twice as many readers as processors ask at once over kept connections, each in a thread of
this process, by a token of a doctor of the hospital that knows most persons; then the same people signed in by password.
There are as many web processes as processors.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

from hoso.bench import timeline
from hoso.bench.bench_house import administrator_url, server_processes
from hoso.bench.fhir_search import BASE, busiest_hospital
from hoso.bench.fhir_software import Software, token_of
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.process_costs import ProcessCosts, descendants_of
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
        paths = drawn_paths(connection, hospital)
    processors = os.cpu_count() or 1
    readers = 2 * processors
    password = make_account("bench.fhir", "clinical", "doctor", hospital)
    token = token_of("bench.fhir")
    with serving(home, workers=processors) as port:
        by_token = _measure([_asked_by(Software(port, token)) for _ in range(readers)], paths)
        signed_in = _measure([_visited_by(Visitor(port, "bench.fhir", password)) for _ in range(readers)], paths)
    print(f"{readers} readers at once, {processors} web processes")
    print_latencies({"by token": by_token.times, "signed in": signed_in.times})
    for name, one in (("by token", by_token), ("signed in", signed_in)):
        each = {group: round(1000 * spent / len(one.times), 2) for group, spent in one.cpu.items()}
        print(f"{name}: {one.rate:.0f} reads/s; ms of processor time a read: {each}")
    details = {
        "read": summary(by_token.times),
        "cpu": by_token.cpu,
        "signed_in": {"rate": signed_in.rate, **summary(signed_in.times)},
    }
    return Figure("fhir-read", by_token.rate, "reads/s", details=details)


Ask = Callable[[str], float]


@dataclass(frozen=True)
class Read:
    """What one round took: reads a second, milliseconds of each, seconds of processor time by whom."""

    rate: float
    times: list[float]
    cpu: dict[str, float]


def _measure(readers: Sequence[Ask], paths: list[str]) -> Read:
    with ThreadPoolExecutor(len(readers)) as pool:
        list(pool.map(_read, readers, [paths[:WARM_UP]] * len(readers)))
        groups = {"PostgreSQL": server_processes, "web": lambda: descendants_of(having="granian")}
        client = time.process_time()
        with ProcessCosts(groups) as costs:
            began = time.perf_counter()
            shares = [paths[number :: len(readers)] for number in range(len(readers))]
            times = [one for each in pool.map(_read, readers, shares) for one in each]
            seconds = time.perf_counter() - began
    return Read(len(times) / seconds, times, {**costs.cpu_seconds(), "client": time.process_time() - client})


def _read(ask: Ask, paths: list[str]) -> list[float]:
    return [ask(path) for path in paths]


def _asked_by(software: Software) -> Ask:
    return lambda path: software.ask("GET", path)[0]


def _visited_by(visitor: Visitor) -> Ask:
    return lambda path: visitor.get(path)[0]


def drawn_paths(connection: Any, hospital: str) -> list[str]:
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
