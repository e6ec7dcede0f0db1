"""Claim packages taken in: HOSO of about thirty lines a second, with index rows, labels, audit and changes on.

Through the same door as `hoso intake`: each file is received (kept on disk, synchronised), then worked through with the
helper processes of HOSO_INTAKE_PROCESSES. Nothing comparable runs on one machine. `full` adds a package of 1 GB.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from hoso.bench.bench_house import open_home, server_processes, temporary_home
from hoso.bench.claim_files import ClaimFiles, make_claim_files
from hoso.bench.figure import Figure, Size
from hoso.bench.process_costs import ProcessCosts, children_of
from hoso.bench.stopwatch import Stopwatch
from hoso.bench.tables import print_table

MB = 1e6
SMALL = (600, 200)  # visits, visits a file
FULL = (10_000, 10_000)
ONE_GIGABYTE = (25_500, 25_500)


@dataclass(frozen=True)
class Run:
    """One intake as measured; memory in MB, times in seconds."""

    files: ClaimFiles
    seconds: float
    memory: dict[str, float]
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.files.visits / self.seconds


def measure(size: Size) -> Figure:
    """HOSO a second."""
    watch = Stopwatch()
    with temporary_home("intake") as home:
        open_home(home)
        _watch_steps(watch)
        runs = [_run(home, *(SMALL if size == "small" else FULL))]
        _print_steps(watch, runs[0])
        if size == "full":
            runs.append(_run(home, *ONE_GIGABYTE))
    _print_runs(runs)
    details = {
        f"{run.files.size_bytes / MB:.0f} MB": {"rate": run.rate, "memory": run.memory, "cpu": run.cpu} for run in runs
    }
    return Figure("intake", runs[0].rate, "HOSO/s", details={**details, "steps": dict(watch.seconds)})


def _run(home: Path, visits: int, per_file: int) -> Run:
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.intake.run import take_in_paths

    folder = home / "files"
    files = make_claim_files(folder, visits, per_file)
    actor = Actor(intake_service_id(), INTAKE_SERVICE, "bench:intake")
    me = os.getpid()
    groups = {
        "intake": lambda: [me],
        "helper": lambda: children_of(me, having="multiprocessing"),
        "PostgreSQL": server_processes,
    }
    with ProcessCosts(groups) as costs:
        began = time.perf_counter()
        account = take_in_paths(actor, [folder])
        seconds = time.perf_counter() - began
    shutil.rmtree(folder)
    if account.received != files.visits or not account.balances:
        raise RuntimeError(f"{files.visits} visits were sent, the account says {account}")
    return Run(files, seconds, costs.peak_mb, costs.cpu_seconds())


def _watch_steps(watch: Stopwatch) -> None:
    """The writing process's steps. Waiting for the helper is preparing that did not fit beside the writing."""
    from concurrent.futures import Future

    from django.db.backends.base.base import BaseDatabaseWrapper

    from hoso.engines.intake import filing, ledger, packages, reading, run
    from hoso.engines.intake.local_codes import counting
    from hoso.engines.people import linkage, linked_rows
    from hoso.engines.records import actions

    watch.wrap(run, "receive", "keep the original (SHA-256, fsync)")
    watch.wrap(reading, "read_package", "read the envelope (XML)")
    watch.wrap(Future, "result", "wait for the helper that prepares")
    watch.wrap(reading, "prepare_here", "prepare what the helper has not begun")
    watch.wrap(packages, "file_batch", "build rows")
    for owner, name in (
        (ledger.Ledger, "load"), (linkage.Linkage, "load"), (actions.RecordBatch, "stored_of_visit"),
        (actions.RecordBatch, "stored_of_type"),
    ):  # fmt: skip
        watch.wrap(owner, name, "look up what is filed (SELECT)")
    watch.wrap(linkage.Linkage, "link", "link persons")
    for module in (filing, ledger, linked_rows, actions):
        watch.wrap(module, "bulk_insert", "COPY and INSERT … SELECT")
    for name in ("write_new", "write_tokens"):
        watch.wrap(actions, name, "COPY and INSERT … SELECT")
    for name in ("load", "take", "write"):
        watch.wrap(counting.CodedBatch, name, "count local codes")
    for module in (linked_rows, actions):
        watch.wrap(module, "bulk_update", "COPY and UPDATE")
    watch.wrap(BaseDatabaseWrapper, "_commit", "commit (fsync of the WAL)")


def _print_steps(watch: Stopwatch, run: Run) -> None:
    steps = sorted(watch.seconds.items(), key=lambda step: -step[1])
    rows = [[name, seconds, 100 * seconds / run.seconds, 1000 * seconds / run.files.visits] for name, seconds in steps]
    rest = run.seconds - sum(watch.seconds.values())
    rows.append(["the rest", rest, 100 * rest / run.seconds, 1000 * rest / run.files.visits])
    print_table(("the writing process", "s", "%", "ms/HOSO"), rows)
    print()


def _print_runs(runs: list[Run]) -> None:
    rows = [
        [f"{run.files.files} file(s)", run.files.visits, run.files.lines / run.files.visits, run.files.size_bytes / MB,
         run.seconds, run.rate, run.files.size_bytes / MB / run.seconds, *run.memory.values(), *run.cpu.values()]
        for run in runs
    ]  # fmt: skip
    memory = [f"MB {name}" for name in runs[0].memory]
    cpu = [f"CPU s {name}" for name in runs[0].cpu]
    print_table(("packages", "HOSO", "lines/HOSO", "MB", "s", "HOSO/s", "MB/s", *memory, *cpu), rows)
