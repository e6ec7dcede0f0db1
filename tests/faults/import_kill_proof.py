"""Kill the worker and PostgreSQL at random moments of a FHIR `$import`: no line is lost, none is filed twice.

    python -m tests.faults.import_kill_proof --lines 20000 --kills 12

At every moment the lines that the import says are filed are those that are there, each once, with one change telling of it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random

import psycopg

from tests.faults.house_under_test import House

PERSONS = 50
WORKER = "from hoso.cli import main; main()"
ORDER = (
    "from hoso.cli.house import open_house; open_house()\n"
    "import sys\n"
    "from hoso.core.access.actor import Actor\n"
    "from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id\n"
    "from hoso.engines.records.bulk.importing.ordering import order_import\n"
    "actor = Actor(intake_service_id(), INTAKE_SERVICE, 'kill proof')\n"
    "files = [(name.partition('.')[0], f'file:{name}') for name in sys.argv[1:]]\n"
    "order_import(actor, '', 'InitialLoad', files, 'http://house', '$import')\n"
)
DONE_SECONDS = 900
LINES_A_SECOND = 15_000  # more than a worker files: so long between kills that lines are left for the last one


def prove(lines: int, kills: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where a line was lost, filed twice, or filed without being counted."""
    random = Random(f"{seed}/import")
    files = folder / "files"
    files.mkdir()
    names = _write(files, lines)
    with closing(House(folder / "house", kind)) as house:
        house.prepare()
        house._start("order", "-c", ORDER, *names, HOSO_IMPORT_FOLDER=str(files)).wait()
        assert house.running.pop("order").returncode == 0, f"see {house.log.name}"
        for number in range(kills):
            before = _filed(house)
            house._start("worker", "-c", WORKER, "worker", HOSO_IMPORT_FOLDER=str(files))
            _wait_for_more(house, before)
            time.sleep(random.uniform(0.0, lines / kills / LINES_A_SECOND))
            house.kill_process("worker")
            if number % 2:
                house.kill_database()
                house.start_database()
            filed = _check(house)
            print(f"kill {number + 1}: {filed} of {lines + PERSONS} lines filed", flush=True)
        assert _filed(house) < lines + PERSONS, "everything was filed before the last kill: import more lines"
        house._start("worker", "-c", WORKER, "worker", HOSO_IMPORT_FOLDER=str(files))
        _wait_for_the_end(house)
        assert _check(house) == lines + PERSONS
        house.kill_process("worker")


def _write(folder: Path, lines: int) -> list[str]:
    """Files in an order in which nothing fits: the results before the patients they are of."""
    person = "00000000-0000-4000-8000-{:012}"
    with (folder / "Observation.ndjson").open("w") as target:
        for number in range(lines):
            content = {
                "resourceType": "Observation", "id": f"kill-{number}", "status": "final", "code": {"text": "x"},
                "valueInteger": number, "subject": {"reference": f"Patient/{person.format(number % PERSONS)}"},
            }  # fmt: skip
            target.write(json.dumps(content) + "\n")
    with (folder / "Patient.ndjson").open("w") as target:
        for number in range(PERSONS):
            name = [{"text": f"Người {number}"}]
            target.write(json.dumps({"resourceType": "Patient", "id": person.format(number), "name": name}) + "\n")
    return ["Observation.ndjson", "Patient.ndjson"]


def _filed(house: House) -> int:
    with house.connect() as connection:
        return _one(connection, "SELECT coalesce(sum(filed), 0) FROM bulk_import_input")


def _check(house: House) -> int:
    """Lines filed, after a look at every table that tells of them; all in one snapshot."""
    with house.connect() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        filed = _one(connection, "SELECT sum(filed) FROM bulk_import_input")
        assert _one(connection, "SELECT sum(lines) - sum(filed) FROM bulk_import_input") == 0, (
            "a line was refused or skipped"
        )
        for table in ("records_resource", "records_location"):
            assert _one(connection, f"SELECT count(*) FROM {table}") == filed, f"{table} and the import differ"
        assert _one(connection, "SELECT count(*) FROM records_resource WHERE version <> 1") == 0, (
            "a line was filed twice"
        )
        assert _one(connection, "SELECT count(*) FROM records_resource_version") == 0
        told = "SELECT coalesce(sum(jsonb_array_length(payload -> 'resources')), 0) FROM changes_change WHERE topic = 'resources.written'"
        assert _one(connection, told) == filed, "changes and lines differ"
        return filed


def _wait_for_more(house: House, before: int) -> None:
    deadline = time.monotonic() + 120
    while _filed(house) <= before:
        assert house.is_alive("worker") and time.monotonic() < deadline, f"nothing was filed: see {house.log.name}"
        time.sleep(0.02)


def _wait_for_the_end(house: House) -> None:
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        with house.connect() as connection:
            (state,) = connection.execute("SELECT state FROM bulk_order").fetchone() or ("",)
        if state == "complete":
            return
        assert state == "open" and time.monotonic() < deadline, f"{state}: see {house.log.name}"
        time.sleep(0.2)


def _one(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> int:
    (value,) = connection.execute(statement).fetchone() or (0,)
    return int(str(value))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hoso-import-") as folder:
        prove(given.lines, given.kills, given.seed, Path(folder), os.environ.get("HOSO_POSTGRES", "wheel"))
    print("every line once")
    return 0


if __name__ == "__main__":
    sys.exit(main())
