"""`Patient/x/$everything` over HTTP, row security and audit on: the whole record of persons with about 1,000 resources.

The store is that of `timeline`; software of a doctor of the hospital that knows most persons asks, one record after the other.
"""

from typing import Any

import orjson
import psycopg

from hoso.bench import timeline
from hoso.bench.bench_house import administrator_url
from hoso.bench.fhir_search import busiest_hospital
from hoso.bench.fhir_software import Software, address, token_of
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import make_account, serving

ABOUT = 1_000  # resources of a record
PERSONS = 40
TIMES = 3


def prepare(size: Size) -> str:
    """The store of `timeline`."""
    return timeline.prepare(size)


def measure(size: Size) -> Figure:
    """p99 in milliseconds."""
    home = timeline.opened_store(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        hospital = busiest_hospital(connection)
        patients = _patients(connection, hospital)
    make_account("bench.fhir", "clinical", "doctor", hospital)
    token = token_of("bench.fhir")
    times, found = [], []
    with serving(home) as port:
        software = Software(port, token)
        for patient in patients[:5]:
            software.ask("GET", address(f"Patient/{patient}/$everything"))
        for patient in patients * TIMES:
            spent, content = software.ask("GET", address(f"Patient/{patient}/$everything"))
            times.append(spent)
            found.append(len(orjson.loads(content)["entry"]))
    print(f"{len(patients)} persons of {min(found)} to {max(found)} resources")
    print_latencies({"$everything": times})
    return Figure(
        "fhir-everything", summary(times)["p99"], "ms", details={**summary(times), "resources": sorted(found)}
    )


def _patients(connection: Any, hospital: str) -> list[str]:
    """Patients known to the hospital whose records come nearest to the size, one page at most."""
    rows = connection.execute(
        """
        SELECT p.patient_id FROM people_person p JOIN (
            SELECT r.person_id, count(*) AS resources FROM records_resource r
            WHERE NOT r.deleted AND r.person_id IN (
                SELECT c.person_id FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id WHERE f.code = %s)
            GROUP BY 1 HAVING count(*) <= %s) sized USING (person_id)
        WHERE p.merged_into IS NULL ORDER BY sized.resources DESC, p.patient_id LIMIT %s
        """,
        [hospital, ABOUT, PERSONS],
    ).fetchall()
    return [row[0] for row in rows]
