"""Kill everything at random moments of an intake, and compare the store with that of an undisturbed one.

    python -m tests.faults.kill_proof --visits 2000 --kills 20 --seed 1

Each kill is SIGKILL of the worker and of every PostgreSQL process (at every third one the sender's too). After each
restart the account must balance and every acknowledged upload be there; `hoso worker` must go on by itself.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import psycopg

from hoso.core.database import embedded
from tests.faults import accounts
from tests.faults.house_under_test import House
from tests.faults.packages_to_send import Sent, write_packages
from tests.faults.store_content import compare, content

STALL_SECONDS = 60.0  # without one more visit read for so long, the intake stands still
SOON_AFTER_START = 2.5  # seconds: the worker is starting, resuming, taking up the first batches


class TooFast(AssertionError):
    """The intake ended before all its kills: the machine is fast, more visits are needed to prove anything."""


def prove(visits: int, kills: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where anything was lost, doubled or changed; TooFast where the kills did not all fall in."""
    sent = write_packages(folder / "packages", visits, seed)
    listing = folder / "listing"
    listing.write_text("\n".join(str(one.path) for one in sent) + "\n")
    total = sum(one.visits for one in sent)
    print(f"{len(sent)} packages, {total} visits, {sum(one.path.stat().st_size for one in sent):,} bytes")
    _prepare_homes(folder, kind)
    with closing(House(folder / "undisturbed", kind)) as quiet, closing(House(folder / "killed", kind)) as house:
        seconds = _run(quiet, listing, sent)
        print(f"undisturbed: {seconds:.1f} s")
        survived = _run_with_kills(house, listing, sent, kills, Random(f"{seed}/kills"))
        if survived < kills:
            raise TooFast(f"only {survived} of {kills} kills fell into the intake of {total} visits")
        _compare(quiet, house, sent)


def prove_all_kills(visits: int, kills: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """`prove`, on a machine of any speed: anew with twice the visits while the intake ends before its kills."""
    for times in (1, 2, 4, 8, 16):
        inner = folder / str(visits * times)
        inner.mkdir()
        try:
            return prove(visits * times, kills, seed, inner, kind)
        except TooFast as told:
            print(told)
    raise TooFast(f"no intake lasted long enough for {kills} kills")


def _prepare_homes(folder: Path, kind: str) -> None:
    """Two data folders alike: schema and shipped definitions loaded once."""
    with closing(House(folder / "undisturbed", kind)) as first:
        first.prepare()
    database = first.database.data
    assert not embedded.is_running(first.database), "the server should have stopped before its folder is copied"
    shutil.rmtree(folder / "undisturbed" / "database-users", ignore_errors=True)
    subprocess.run(["cp", "-a", str(folder / "undisturbed"), str(folder / "killed")], check=True)
    assert database.exists()


def _run(house: House, listing: Path, sent: Sequence[Sent]) -> float:
    """The intake undisturbed; returns the seconds it took."""
    began = time.monotonic()
    house.start_worker()
    house.start_sender(listing)
    with house.connect() as connection:
        _wait_for_end(house, connection)
        print(f"  {accounts.check(house, connection, sent)}")
    return time.monotonic() - began


def _wait_for_end(house: House, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    progress, since = -1, time.monotonic()
    while True:
        read, waiting = _progress(connection)
        if house.has_sent() and not waiting:
            return
        assert house.is_alive("worker"), f"the worker ended: see {house.log.name}"
        if read != progress:
            progress, since = read, time.monotonic()
        assert time.monotonic() - since < STALL_SECONDS, f"the intake stands still at {read} visits"
        time.sleep(0.05)


def _progress(connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[int, int]:
    """Visits read, packages open."""
    row = connection.execute(
        "SELECT coalesce(sum(visits_read), 0), count(*) FILTER (WHERE state IN ('waiting', 'reading')) FROM intake_package"
    ).fetchone()
    assert row is not None
    return int(str(row[0])), int(str(row[1]))


def _run_with_kills(house: House, listing: Path, sent: Sequence[Sent], kills: int, rng: Random) -> int:
    """The intake with so many kills; returns how many fell before its end."""
    for number in range(1, kills + 1):
        _start_what_is_missing(house, listing)
        if number % 3 == 0:  # soon after the restart, whatever it is doing then
            time.sleep(rng.uniform(0, SOON_AFTER_START))
        elif not _wait_for_some(house, sent, rng, kills - number + 1):
            return number - 1
        _kill(house, with_sender=number % 3 == 1, worker_first=rng.random() < 0.5)
        house.start_database()
        with house.connect() as connection:
            balance = accounts.check(house, connection, sent)
        print(f"  kill {number:2}: {balance}")
        if not balance.open and house.has_sent():
            return number
    _start_what_is_missing(house, listing)
    with house.connect() as connection:
        _wait_for_end(house, connection)
        print(f"  {accounts.check(house, connection, sent)}")
    return kills


def _start_what_is_missing(house: House, listing: Path) -> None:
    house.start_worker()
    if not house.is_alive("sender") and not house.has_sent():
        house.start_sender(listing)


def _wait_for_some(house: House, sent: Sequence[Sent], rng: Random, kills_left: int) -> bool:
    """Wait until a random part of what is left was read, then a moment more; false where the intake ended before."""
    total, mark = sum(one.visits for one in sent), 0.0
    with house.connect() as connection:
        progress, since = -1, time.monotonic()
        while True:
            read, waiting = _progress(connection)
            mark = mark or read + (total - read) * min(0.9, rng.uniform(0, 2) / (kills_left + 1))
            if house.has_sent() and not waiting:
                return False
            if read > mark:
                time.sleep(rng.uniform(0, 0.3))
                return True
            if read != progress:
                progress, since = read, time.monotonic()
            assert house.is_alive("worker"), f"the worker ended: see {house.log.name}"
            assert time.monotonic() - since < STALL_SECONDS, f"the intake stands still at {read} visits"
            time.sleep(0.01)


def _kill(house: House, *, with_sender: bool, worker_first: bool) -> None:
    if with_sender and house.is_alive("sender"):
        house.kill_process("sender")
    if worker_first:
        house.kill_process("worker")
    house.kill_database()
    if not worker_first:
        house.kill_process("worker")


def _compare(quiet: House, house: House, sent: Sequence[Sent]) -> None:
    with quiet.connect() as one, house.connect() as other:
        again = accounts.check_second_sendings(other)
        differences = compare(one, other)
        rows = {table: counted.total() for table, counted in content(one).items()}
        assert not differences, f"the stores differ: {differences}"
        balance = accounts.check(house, other, sent)
        assert balance.waiting == balance.open == 0, f"not everything was taken in: {balance}"
    print("equal:", ", ".join(f"{table} {count:,}" for table, count in rows.items()))
    print(f"visits of packages sent twice since their acknowledgement was lost: {again}, none filed twice")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", choices=("wheel", "system"), default="wheel")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hoso-kill-proof-"))
    folder.chmod(0o711)
    began = time.monotonic()
    prove_all_kills(asked.visits, asked.kills, asked.seed, folder, asked.postgres)
    shutil.rmtree(folder)
    print(f"PROVED kills={asked.kills} visits>={asked.visits} seed={asked.seed} seconds={time.monotonic() - began:.0f}")


if __name__ == "__main__":
    main()
