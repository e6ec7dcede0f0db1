"""Seven reads, two searches and one write in ten over HTTP, row security, validation and audit on: requests a second.

The store is that of `timeline`; software of a doctor of the hospital that knows most persons reads and searches, and the house's
own service files an Observation about one of them. What is filed stays in the store.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

import orjson
import psycopg

from hoso.bench import timeline
from hoso.bench.bench_house import administrator_url
from hoso.bench.fhir_read import drawn_paths
from hoso.bench.fhir_search import busiest_hospital, common_codes, drawn_patients, shapes
from hoso.bench.fhir_software import Software, address, token_of, token_of_writer
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import make_account, serving

REQUESTS = 4_000
WARM_UP = 40
PATIENTS = 200
SHARES = {"read": 70, "search": 20, "write": 10}
Asked = tuple[str, str, bytes | None]  # kind, path, body


def prepare(size: Size) -> str:
    """The store of `timeline`."""
    return timeline.prepare(size)


def measure(size: Size) -> Figure:
    """Requests a second."""
    home = timeline.opened_store(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital = busiest_hospital(connection)
        paths = drawn_paths(connection, hospital)
        known = drawn_patients(connection, hospital, PATIENTS)
        codes = common_codes(connection)
    make_account("bench.fhir", "clinical", "doctor", hospital)
    reading, writing = token_of("bench.fhir"), token_of_writer()
    processors = os.cpu_count() or 1
    clients = 2 * processors
    asked = _asked(paths, known, codes)
    with serving(home, workers=processors) as port, ThreadPoolExecutor(clients) as pool:
        pairs = [(Software(port, reading), Software(port, writing)) for _ in range(clients)]
        list(pool.map(_ask, pairs, [asked[:WARM_UP]] * clients))
        began = time.perf_counter()
        spent = list(pool.map(_ask, pairs, [asked[WARM_UP + number :: clients] for number in range(clients)]))
        seconds = time.perf_counter() - began
    times: dict[str, list[float]] = {kind: [] for kind in SHARES}
    for kind, took in (one for each in spent for one in each):
        times[kind].append(took)
    everything = [took for each in times.values() for took in each]
    print(f"{clients} clients at once, {processors} web processes")
    print_latencies({**times, "all": everything})
    details = {kind: summary(took) for kind, took in times.items()}
    return Figure("fhir-mixed", len(everything) / seconds, "requests/s", details=details)


def _ask(pair: tuple[Software, Software], asked: list[Asked]) -> list[tuple[str, float]]:
    reading, writing = pair
    return [
        (kind, writing.ask("POST", path, body)[0] if body else reading.ask("GET", path)[0])
        for kind, path, body in asked
    ]


def _asked(paths: list[str], known: list[tuple[str, str, str]], codes: list[str]) -> list[Asked]:
    rng = Random("mixed")
    searches = [path for number in range(PATIENTS) for _, path in shapes(number, known, codes)]
    made: list[Asked] = []
    for number, kind in enumerate(rng.choices(list(SHARES), list(SHARES.values()), k=REQUESTS + WARM_UP)):
        if kind == "write":
            made.append((kind, address("Observation"), _observation(known[number % len(known)][0], number)))
        else:
            made.append((kind, rng.choice(paths if kind == "read" else searches), None))
    return made


def _observation(patient: str, number: int) -> bytes:
    return orjson.dumps(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Mạch (số liệu đo tốc độ)"},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
            "valueQuantity": {
                "value": 60 + number % 40,
                "unit": "/min",
                "system": "http://unitsofmeasure.org",
                "code": "/min",
            },
        }
    )
