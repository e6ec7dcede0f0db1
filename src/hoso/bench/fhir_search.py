"""Searching by FHIR over HTTP, signed in, row security and audit on: p99 of ten shapes of search.

The store is that of `timeline`: visits of a synthetic province taken in by the real intake. A doctor of the hospital that
knows most persons asks, one question after the other.
"""

from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import psycopg

from hoso.bench import timeline
from hoso.bench.bench_house import administrator_url
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import Visitor, make_account, serving
from hoso.engines.records.resource_types import NUMBERS

EACH_SHAPE = 40
WARM_UP = 20
BASE = "/fhir/r4"


def prepare(size: Size) -> str:
    """The store of `timeline`."""
    return timeline.prepare(size)


def measure(size: Size) -> Figure:
    """p99 over all shapes, in milliseconds."""
    home = timeline.opened_store(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital = busiest_hospital(connection)
        known = drawn_patients(connection, hospital, EACH_SHAPE)
        codes = common_codes(connection)
    password = make_account("bench.fhir", "clinical", "doctor", hospital)
    asked = [(shape, path) for number in range(EACH_SHAPE) for shape, path in shapes(number, known, codes)]
    rng = Random("order")
    rng.shuffle(asked)
    times: dict[str, list[float]] = {}
    with serving(home) as port:
        visitor = Visitor(port, "bench.fhir", password)
        for _, path in asked[:WARM_UP]:
            visitor.get(path)
        for shape, path in asked:
            times.setdefault(shape, []).append(visitor.get(path)[0])
    times = {**dict(sorted(times.items())), "all": [spent for each in times.values() for spent in each]}
    print_latencies(times)
    details = {shape: summary(spent) for shape, spent in times.items()}
    return Figure("fhir-search", details["all"]["p99"], "ms", details=details)


def shapes(number: int, known: list[tuple[str, str, str]], codes: list[str]) -> Iterator[tuple[str, str]]:
    """Ten shapes, each with values of its own."""
    patient, family, identifier = (quote(one) for one in known[number % len(known)])
    code = quote(codes[number % len(codes)])
    for shape, asked in (
        ("code, 20", f"Observation?code={code}&_count=20"),
        ("patient, 50", f"Observation?patient={patient}&_count=50"),
        ("patient and code", f"Observation?patient={patient}&code={code}"),
        ("patient by date", f"Observation?patient={patient}&_sort=-date&_count=50"),
        ("patient since a date", f"Encounter?patient={patient}&date=ge2024-01-01"),
        ("identifier", f"Patient?identifier={identifier}"),
        ("name", f"Patient?name={family}&_count=20"),
        (
            "days, with the patients",
            "Encounter?date=ge2024-03-01&date=lt2024-03-08&_include=Encounter:subject&_count=20",
        ),
        ("chain", f"Encounter?subject:Patient.identifier={identifier}"),
        ("what changed last", "Condition?_sort=-_lastUpdated&_count=50"),
    ):
        yield shape, f"{BASE}/{asked}"


def busiest_hospital(connection: Any) -> str:
    """The code of the facility that knows most persons."""
    row = connection.execute(
        "SELECT f.code FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    return str(row[0])


def drawn_patients(connection: Any, hospital: str, count: int) -> list[tuple[str, str, str]]:
    """(Patient's id, name, a number) of some whom the hospital knows."""
    rows: list[tuple[str, str, str]] = connection.execute(
        """
        SELECT p.patient_id, p.name, min(i.value) FROM people_person p
        JOIN access_care_relation c USING (person_id) JOIN places_facility f ON f.id = c.facility_id
        JOIN people_identifier i ON i.person_id = p.person_id AND i.kind = 'insurance_number'
        WHERE f.code = %s AND p.merged_into IS NULL GROUP BY 1, 2 ORDER BY md5(p.patient_id) LIMIT %s
        """,
        [hospital, count],
    ).fetchall()
    return rows


def common_codes(connection: Any) -> list[str]:
    """Codes of results, common and rare."""
    rows = connection.execute(
        "SELECT convert_from(body, 'UTF8')::jsonb #>> '{code,coding,0,code}' AS code, count(*) FROM (SELECT body FROM"
        " records_resource WHERE type = %s AND NOT deleted LIMIT 20000) r GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
        [NUMBERS["Observation"]],
    ).fetchall()
    return [row[0] for row in rows if row[0]]
