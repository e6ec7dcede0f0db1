"""`hoso people link` over a whole store: seconds of reading, comparing, joining and putting before the desk, and whether it was right.

The population is that of `linkage`, filed as persons without records, all in one house. A number stands only with whom it was given to
first, as in a real store, where a second person cannot hold it: so the matcher has less to go by than in `linkage`. Each join has its
audit event. Who is really one human is read off the store afterwards.
"""

import os
import secrets
import time
from dataclasses import dataclass

import psycopg

from hoso.bench.bench_house import administrator_url, open_home, server_processes, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.population import Record, population
from hoso.bench.population_store import store
from hoso.bench.process_costs import ProcessCosts
from hoso.bench.tables import print_table

RECORDS = {"small": 20_000, "full": 1_200_000}


def measure(size: Size) -> Figure:
    """Seconds of the whole batch."""
    seed = int(os.environ.get("BENCH_SEED") or secrets.randbelow(10**9))
    records = population(int(os.environ.get("BENCH_ROWS") or RECORDS[size]), seed)
    with temporary_home("joins") as home:
        open_home(home)
        with psycopg.connect(administrator_url(), autocommit=True) as connection:
            store(connection, records)
        first = _link()
        now = _persons_now()
        again = _link()
    precision, recall, truth = _judged(records, now)
    print_table(
        ("seed", "records", "second records", "pairs", "joined", "waiting", "precision", "recall"),
        [[seed, len(records), truth, first.pairs, first.joined, first.waiting, f"{precision:.4f}", f"{recall:.4f}"]],
    )
    print_table(("process", "s", "MB"), [[name, *spent] for name, spent in first.costs.items()])
    print_table(
        ("batch", "s", "until the first pairs", "ms a pair", "joined"), [first.line("first"), again.line("again")]
    )
    details = {"seed": seed, "precision": precision, "recall": recall, "joined": first.joined, "again": again.seconds}
    return Figure("linkage-joins", first.seconds, "s", details=details)


@dataclass(frozen=True)
class Batch:
    """One run: seconds in all and until its first pairs were settled, what was found, (seconds, megabytes) by process."""

    seconds: float
    comparing: float
    pairs: int
    joined: int
    waiting: int
    costs: dict[str, tuple[float, float]]

    def line(self, name: str) -> list[object]:
        joining = self.seconds - self.comparing
        return [name, self.seconds, self.comparing, 1000 * joining / max(1, self.pairs), self.joined]


def _link() -> Batch:
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.linking import link_everybody

    me, began, compared = os.getpid(), time.perf_counter(), list[float]()

    def progress(_: int, __: int) -> None:
        if not compared:
            compared.append(time.perf_counter() - began)

    with ProcessCosts({"command": lambda: [me], "PostgreSQL": server_processes}) as costs:
        report = link_everybody(intake_service("bench"), progress)
    seconds = time.perf_counter() - began
    spent = {name: (each, costs.peak_mb[name]) for name, each in costs.cpu_seconds().items()}
    return Batch(seconds, (compared or [seconds])[0], report.pairs, report.joined, report.waiting, spent)


def _persons_now() -> dict[int, int]:
    """Of each person who was joined to another, whom they came to."""
    with psycopg.connect(administrator_url()) as connection:
        rows = connection.execute("SELECT person_id, merged_into FROM people_person WHERE merged_into IS NOT NULL")
        return dict(rows.fetchall())


def _judged(records: list[Record], now: dict[int, int]) -> tuple[float, float, int]:
    """Precision and recall over pairs of a first and a second record, and how many second records there are."""
    human = {one.id: one.human for one in records}
    truth = sum(one.id != one.human for one in records)
    right = sum(human[joined] == human[kept] for joined, kept in now.items())
    return right / max(1, len(now)), right / max(1, truth), truth
