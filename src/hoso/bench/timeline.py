"""Opening a person's page and a visit's page over HTTP at five million resources, signed in, row security on.

The data are visits of a synthetic province taken in by the real intake; above a million resources they are copied
under other ids (copies.py). The doctor works at the hospital that knows most persons. p95 over both pages; persons with
the most visits are told apart.
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from hoso.bench.bench_house import administrator_url, begin, disk_bytes, is_ready, kept_home, mark_ready, open_home
from hoso.bench.claim_files import LINES, make_claim_files
from hoso.bench.copies import add_copies
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import Visitor, make_account, serving
from hoso.engines.records.resource_types import NUMBERS

RESOURCES = {"small": 50_000, "full": 5_000_000}
REAL_RESOURCES = 1_000_000  # taken in for real; the rest of a larger store are copies of them
RESOURCES_A_VISIT = 43
VISITS_A_FILE = 5_000
PAGES = 200  # of each kind
WARM_UP = 20
RECIPE = f"timeline 3, {LINES} lines"
Page = tuple[str, str]  # kind, path


def prepare(size: Size) -> str:
    """Take the visits in once; returns what was built, its size on disk and how long it took."""
    home = kept_home("timeline", size, RECIPE)
    if is_ready(home):
        return f"{home}: {(home / 'ready').read_text()}"
    begin(home)
    real = min(RESOURCES[size], REAL_RESOURCES)
    files = make_claim_files(home / "files", round(real / RESOURCES_A_VISIT), VISITS_A_FILE)
    began = time.perf_counter()
    rates = _take_in(home)
    seconds = time.perf_counter() - began
    shutil.rmtree(home / "files")
    taken_in = (
        f"{files.visits:,} visits taken in by the real intake in {seconds:.0f} s ({files.visits / seconds:.0f} HOSO/s;"
        f" first file {rates[0]:.0f}, last {rates[-1]:.0f})"
    )
    return finish(home, size, taken_in)


def finish(home: Any, size: Size, taken_in: str) -> str:
    """Copy what was taken in up to the size, and tell what the folder holds."""
    began = time.perf_counter()
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        (real,) = _one_row(connection, "SELECT count(*) FROM records_resource")
        copies = max(0, -(-RESOURCES[size] // real) - 1)
        add_copies(connection, copies)
        connection.execute("VACUUM (ANALYZE)")
        resources, persons = _one_row(
            connection, "SELECT count(*), count(DISTINCT person_id) FROM records_resource WHERE NOT deleted"
        )
    told = f"{resources:,} resources of {persons:,} persons, {disk_bytes(home) / 1e9:.1f} GB; {taken_in}"
    if copies:
        told += f"; {copies} copies of them in {time.perf_counter() - began:.0f} s"
    mark_ready(home, told)
    return f"{home}: {told}"


def opened_store(size: Size) -> Path:
    """Prepare the store and open it in this process, for every benchmark that reads it; returns its folder."""
    print(prepare(size), flush=True)
    home = kept_home("timeline", size, RECIPE)
    open_home(home)
    return home


def measure(size: Size) -> Figure:
    """p95 of both pages, in milliseconds."""
    home = opened_store(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital, patients = _one_row(
            connection,
            "SELECT f.code, count(*) FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
        )
        pages = _pages(connection, hospital)
    password = make_account("bench.doctor", "clinical", "doctor", hospital)
    with serving(home) as port:
        times = _open_pages(Visitor(port, "bench.doctor", password), pages)
    everything = [spent for kind in times.values() for spent in kind]
    times = {**dict(sorted(times.items())), "all": everything}
    print(f"a doctor of {hospital}, which knows {patients:,} persons")
    print_latencies(times)
    details = {kind: summary(spent) for kind, spent in times.items()}
    return Figure("timeline", details["all"]["p95"], "ms", details=details)


def _take_in(home: Any) -> list[float]:
    """Visits a second of each file."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.intake.run import take_in_paths

    actor = Actor(intake_service_id(), INTAKE_SERVICE, "bench:timeline")
    rates = []
    for file in sorted((home / "files").iterdir()):
        began = time.perf_counter()
        account = take_in_paths(actor, [file])
        rates.append(account.received / (time.perf_counter() - began))
        print(f"  {file.name}: {rates[-1]:.0f} HOSO/s", flush=True)
    return rates


def _pages(connection: Any, hospital: str) -> list[Page]:
    """Pages of persons drawn evenly, of the hundred with the most visits, and of visits drawn evenly."""
    visits = connection.execute(
        """
        SELECT r.person_id, r.id FROM records_resource r
        JOIN access_care_relation c USING (person_id) JOIN places_facility f ON f.id = c.facility_id
        WHERE f.code = %s AND r.type = %s AND NOT r.deleted
          AND r.sensitivity = 0 -- a visit that is withheld has no page for the doctor
        ORDER BY r.person_id, r.id
        """,
        [hospital, NUMBERS["Encounter"]],
    ).fetchall()
    rng = Random("pages")
    by_person: dict[int, int] = {}
    for person, _ in visits:
        by_person[person] = by_person.get(person, 0) + 1
    busiest = sorted(by_person, key=lambda person: (-by_person[person], person))[:100]
    return [
        *(("person", f"/people/{person}/") for person in _drawn(rng, list(by_person), PAGES)),
        *(("person with the most visits", f"/people/{person}/") for person in _drawn(rng, busiest, PAGES // 2)),
        *(("visit", f"/people/{person}/visits/{encounter}/") for person, encounter in _drawn(rng, visits, PAGES)),
    ]


def _drawn(rng: Random, choices: Sequence[Any], count: int) -> list[Any]:
    return rng.sample(choices, min(count, len(choices)))


def _open_pages(visitor: Visitor, pages: list[Page]) -> dict[str, list[float]]:
    rng = Random("order")
    for _, path in rng.sample(pages, WARM_UP):
        visitor.get(path)
    times: dict[str, list[float]] = {}
    for kind, path in rng.sample(pages, len(pages)):
        times.setdefault(kind, []).append(visitor.get(path)[0])
    return times


def _one_row(connection: Any, statement: str) -> Any:
    return connection.execute(statement).fetchone()
