"""Deliver the same packages once in order, and ten times each in random orders, and compare what the two stores hold.

    python -m tests.faults.order_proof --visits 2000 --times 10 --seed 1

In process, without a worker: the order is exactly the one drawn. What is compared stands in `order_content`, how the
persons of the two stores are told to be the same in `naming`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.house_under_test import House
from tests.faults.naming import names, persons_of
from tests.faults.order_content import content, differences
from tests.faults.packages_to_send import write_packages


def prove(visits: int, times: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where the order or the number of deliveries decided anything."""
    sent = [one.path for one in write_packages(folder / "packages", visits, seed)]
    again = [path for path in sent for _ in range(times)]
    Random(f"{seed}/order").shuffle(again)
    with closing(House(folder / "once", kind)) as once, closing(House(folder / "again", kind)) as repeated:
        for house, name, order in ((once, "in order", sent), (repeated, f"{times} times, shuffled", again)):
            house.prepare()
            began = time.monotonic()
            _take_in(house.home, kind, order)
            print(f"{name}: {len(order)} deliveries in {time.monotonic() - began:.0f} s", flush=True)
        with once.connect() as one, repeated.connect() as other:
            compare(one, other, visits)


def compare(one: Any, other: Any, least_visits: int) -> None:
    """Raises AssertionError where two stores differ in more than how a person is called."""
    called = names(*map(persons_of, (one, other)))
    stores = [content(connection, naming) for connection, naming in zip((one, other), called, strict=True)]
    assert stores[0]["intake_current_visit"].total() > 0.5 * least_visits
    assert not (found := differences(*stores)), f"the stores differ: {found}"
    print("equal:", ", ".join(f"{table} {counted.total():,}" for table, counted in stores[0].items()))
    disputed = sum(map(called[0].is_disputed, called[0].persons))
    renamed = sum(not called[1].is_disputed(person) for person in called[1].persons)
    print(f"persons called otherwise by the other order: {renamed}; on a side of a contradiction: {disputed}")


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
