"""Deliver the same packages once in order, and ten times each in random orders, and compare what the two stores hold.

    python -m tests.faults.order_proof --visits 2000 --times 10 --seed 1

In process, without a worker: the order is exactly the one drawn. What arrival may decide is left out of the comparison:
numbers of versions and of packages, which facility told of a person first, and by which visit the Patient last
changed. A contradiction of identity is about who was known before; the persons on its two sides are compared only by what
is filed of their visits.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.house_under_test import House
from tests.faults.packages_to_send import write_packages

# `disputed`: persons on a side of a contradiction.
_WITH = """
    WITH facility AS (SELECT id, code FROM places_facility UNION ALL VALUES (0, '')),
    disputed AS (SELECT person_id FROM people_conflict UNION SELECT other_person_id FROM people_conflict)
"""
_UNDISPUTED = "r.person_id NOT IN (SELECT person_id FROM disputed)"
_BODIES = "SELECT person_id, type, id, body FROM records_resource UNION SELECT person_id, type, id, body FROM records_resource_version"
QUESTIONS = {
    "records_resource": f"""
        SELECT r.person_id, r.source_person_id, r.type, r.id, r.encounter, r.sensitivity, r.place_id, r.source_table,
               r.source_line, sha256(r.body), CASE WHEN r.type <> 103 THEN f.code END,
               CASE WHEN r.type <> 103 THEN r.happened END
        FROM records_resource r JOIN facility f ON f.id = r.facility_id WHERE NOT r.deleted AND {_UNDISPUTED}""",
    "every content ever filed": f"""
        SELECT r.type, r.id, sha256(r.body) FROM ({_BODIES}) r WHERE r.type <> 103 AND {_UNDISPUTED}""",
    "records_token": f"""
        SELECT r.hash, r.person_id, r.type, r.id, CASE WHEN r.type <> 103 THEN r.happened END, r.sensitivity
        FROM records_token r WHERE {_UNDISPUTED}""",
    "people_person": f"""
        SELECT r.person_id, r.patient_id, r.name, r.birth_date, r.birth_precision, r.birth_time, r.sex, r.phone, r.address,
               r.as_of, r.provisional, r.place_id FROM people_person r WHERE {_UNDISPUTED}""",
    "people_statement": f"""
        SELECT r.person_id, r.encounter, r.said_at, r.source, r.details::text, r.withdrawn, r.place_id, r.sensitivity, f.code
        FROM people_statement r JOIN facility f ON f.id = r.facility_id WHERE {_UNDISPUTED}""",
    "people_identifier": f"""
        SELECT r.kind, r.value, f.code, r.person_id, r.contested FROM people_identifier r
        JOIN facility f ON f.id = r.issuer_id WHERE {_UNDISPUTED}""",
    "people_token": f"SELECT r.hash, r.person_id FROM people_token r WHERE {_UNDISPUTED}",
    "people_conflict": "SELECT least(r.person_id, r.other_person_id) IS NOT NULL FROM people_conflict r",
    "access_care_relation": f"""
        SELECT r.person_id, f.code, r.kind, r.first_day, r.last_day FROM access_care_relation r
        JOIN facility f ON f.id = r.facility_id WHERE {_UNDISPUTED}""",
    "intake_current_visit": """
        SELECT f.code, r.ma_lk, r.content_hash, r.made_on, r.id_date FROM intake_current_visit r
        JOIN facility f ON f.id = r.facility_id""",
    "distinct contents by what became of them": """
        SELECT DISTINCT f.code, r.ma_lk, r.content_hash, r.state = 'quarantined' FROM intake_visit r
        JOIN facility f ON f.id = r.facility_id""",
}


def content(connection: Any) -> dict[str, Counter[tuple[Any, ...]]]:
    """What arrival must not decide, by table."""
    return {
        table: Counter(map(tuple, connection.execute(_WITH + question).fetchall()))
        for table, question in QUESTIONS.items()
    }


def differences(one: dict[str, Counter[Any]], other: dict[str, Counter[Any]]) -> dict[str, Any]:
    """Tables in which two stores differ: rows only in the first, only in the second, and examples."""
    found = {}
    for table in QUESTIONS:
        more, less = one[table] - other[table], other[table] - one[table]
        if more or less:
            found[table] = (more.total(), less.total(), list(more)[:2], list(less)[:2])
    return found


def prove(visits: int, times: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where the order or the number of deliveries decided anything."""
    sent = [one.path for one in write_packages(folder / "packages", visits, seed)]
    again = [path for path in sent for _ in range(times)]
    Random(f"{seed}/order").shuffle(again)
    stores = []
    for name, order in (("in order", sent), (f"{times} times, shuffled", again)):
        home = folder / name.split()[0].strip(",")
        with closing(House(home, kind)) as house:
            house.prepare()
            began = time.monotonic()
            _take_in(home, kind, order)
            with house.connect() as connection:
                stores.append(content(connection))
            print(f"{name}: {len(order)} deliveries in {time.monotonic() - began:.0f} s")
    assert stores[0]["intake_current_visit"].total() > 0.5 * visits
    assert not (found := differences(*stores)), f"the stores differ: {found}"
    print("equal:", ", ".join(f"{table} {counted.total():,}" for table, counted in stores[0].items()))


TAKE_IN = """
import sys
from pathlib import Path
from hoso.cli.house import open_house
open_house()
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.run import take_in_paths
actor = intake_service("order-proof")
for line in sys.stdin:
    account = take_in_paths(actor, [Path(line.strip())])
    assert account.balances, account
"""


def _take_in(home: Path, kind: str, order: list[Path]) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
    environment |= {"HOSO_HOME": str(home), "HOSO_POSTGRES": kind, "HOSO_INTAKE_PROCESSES": "0"}
    done = subprocess.run(
        [sys.executable, "-c", TAKE_IN], input="\n".join(map(str, order)), text=True, env=environment, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", choices=("wheel", "system"), default="wheel")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hoso-order-proof-"))
    folder.chmod(0o711)
    prove(asked.visits, asked.times, asked.seed, folder, asked.postgres)
    shutil.rmtree(folder)
    print(f"PROVED visits>={asked.visits} times={asked.times} seed={asked.seed}")


if __name__ == "__main__":
    main()
