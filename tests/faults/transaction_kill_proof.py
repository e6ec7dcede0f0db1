"""Kill the web server and PostgreSQL at random moments of FHIR transactions: each is filed whole or not at all.

    python -m tests.faults.transaction_kill_proof --transactions 400 --kills 12

Whatever was acknowledged is there; sent again, everything is there once.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from random import Random

import psycopg

from hoso.cli.processes import answers
from tests.faults.house_under_test import House

RESULTS = 40  # observations of a transaction, beside the patient
TOKEN = (
    "from hoso.cli.house import open_house; open_house()\n"
    "from hoso.core.accounts.credentials import issue_token\n"
    "from hoso.core.accounts.machines import intake_service_id\n"
    "from hoso.core.accounts.models import Account\n"
    "import pathlib, sys\n"
    "token = issue_token(Account.objects.get(pk=intake_service_id()), 'kill proof', 1)\n"
    "pathlib.Path(sys.argv[1]).write_text(token)\n"
)
NAME = "Gói "


def prove(transactions: int, kills: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where a transaction was filed in part, lost, or twice."""
    random = Random(f"{seed}/transactions")
    with closing(House(folder / "house", kind)) as house:
        house.prepare()
        token = _token(house, folder / "token")
        sender = _Sender(token, [_bundle(number) for number in range(transactions)])
        for number in range(kills):
            port = _serve(house)
            sender.start(port)
            sender.wait_for_one_more()
            time.sleep(random.uniform(0.0, 0.4))
            _kill_web(house)
            if number % 2:
                house.kill_database()
            sender.stop()
            if number % 2:
                house.start_database()
            _check(house, sender.acknowledged, transactions, whole=False)
            print(f"kill {number + 1}: {len(sender.acknowledged)} acknowledged")
        assert len(sender.acknowledged) < transactions, "all were filed before the last kill: send more transactions"
        sender.start(_serve(house))
        sender.finish()
        _check(house, sender.acknowledged, transactions, whole=True)
        _kill_web(house)


class _Sender:
    """Sends the transactions one after the other until it is cut off, and begins anew where one was not acknowledged."""

    def __init__(self, token: str, bundles: list[bytes]) -> None:
        self.token, self.bundles = token, bundles
        self.acknowledged: set[int] = set()
        self.thread = threading.Thread()

    def start(self, port: int) -> None:
        self.thread = threading.Thread(target=self._send, args=(port,))
        self.thread.start()

    def wait_for_one_more(self) -> None:
        """Until the server, just started, has taken a transaction."""
        before, deadline = len(self.acknowledged), time.monotonic() + 60
        while len(self.acknowledged) == before:
            assert self.thread.is_alive() and time.monotonic() < deadline, "no transaction was taken"
            time.sleep(0.01)

    def stop(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()

    def finish(self) -> None:
        self.thread.join(300)
        assert len(self.acknowledged) == len(self.bundles)

    def _send(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/fhir+json"}
        for number, bundle in enumerate(self.bundles):
            if number in self.acknowledged:
                continue
            try:
                connection.request("POST", "/fhir/r4", bundle, headers)
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:  # the database was killed first
                assert answer.status >= 500, content
                return
            self.acknowledged.add(number)


def _check(house: House, acknowledged: set[int], transactions: int, *, whole: bool) -> None:
    with house.connect() as connection:
        filed = _filed(connection)
    assert set(filed.values()) <= {RESULTS + 1}, f"filed in part: {filed}"
    assert acknowledged <= filed.keys(), "acknowledged and lost"
    if whole:
        assert len(filed) == transactions


def _filed(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[int, int]:
    """Transaction -> resources of it; one change for each of them, and a row in every table that tells of them."""
    persons = connection.execute(
        "SELECT person_id, name FROM people_person WHERE name LIKE %s", [f"{NAME}%"]
    ).fetchall()
    found = {}
    for table in ("records_resource", "records_location"):
        rows = connection.execute(f"SELECT person_id, count(*) FROM {table} WHERE person_id <> 0 GROUP BY 1").fetchall()
        counted = {person: int(str(count)) for person, count in rows}
        found = {int(str(name).removeprefix(NAME)): counted[person] for person, name in persons}
        assert len(persons) == len(counted), table
    changes = connection.execute("SELECT count(*), count(DISTINCT person_id) FROM changes_change WHERE topic = 'resources.written'").fetchone()  # fmt: skip
    assert changes == (len(persons), len(persons)), "a change for each transaction, and no other"
    return found


def _bundle(number: int) -> bytes:
    patient = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    entries = [
        {
            "fullUrl": patient,
            "resource": {"resourceType": "Patient", "name": [{"text": f"{NAME}{number}"}]},
            "request": {"method": "POST", "url": "Patient"},
        }
    ]
    for result in range(RESULTS):
        content = {
            "resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueInteger": result,
            "subject": {"reference": patient},
        }  # fmt: skip
        entries.append(
            {
                "fullUrl": f"urn:uuid:{result + 1:08}-0000-4000-8000-{number:012}",
                "resource": content,
                "request": {"method": "POST", "url": "Observation"},
            }
        )
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def _token(house: House, path: Path) -> str:
    assert house._start("token", "-c", TOKEN, str(path)).wait() == 0, f"see {house.log.name}"
    return path.read_text()


def _serve(house: House) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    house._start("serve", "-c", "from hoso.cli import main; main()", "serve", HOSO_BIND=f"127.0.0.1:{port}")
    deadline = time.monotonic() + 90
    while not answers(("127.0.0.1", port)):
        assert house.is_alive("serve") and time.monotonic() < deadline, f"not served: see {house.log.name}"
        time.sleep(0.1)
    return port


def _kill_web(house: House) -> None:
    """SIGKILL of `hoso serve` and everything it started."""
    for process in [*_descendants(house.running["serve"].pid)]:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    house.kill_process("serve")


def _descendants(process: int) -> list[int]:
    """Children and theirs; PostgreSQL is none of them, as the proof itself keeps it running."""
    file = Path(f"/proc/{process}/task/{process}/children")
    children = [int(text) for text in file.read_text().split()] if file.exists() else []
    return [one for child in children for one in (child, *_descendants(child))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=400)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hoso-transactions-") as folder:
        prove(given.transactions, given.kills, given.seed, Path(folder), os.environ.get("HOSO_POSTGRES", "wheel"))
    print("every transaction whole or not at all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
