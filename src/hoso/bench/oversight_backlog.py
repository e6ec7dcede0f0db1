"""A day's backlog of oversight is caught up while what happens now is seen as soon as before: how long an event of now waits until it
is taken over, without a backlog and beside one.

One loop takes over as the worker does; events of now are written meanwhile, twenty a second. The clock of an event ends when the kept
place has passed it. The worker looks once a minute; that wait is not counted here, as it is the same either way."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from hoso.bench.bench_house import administrator_url, open_home, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.latencies import print_latencies, summary

if TYPE_CHECKING:
    import psycopg

DAY = {"small": 200_000, "full": 2_000_000}  # a large hospital's sixty million events a month are two million a day
ALONE_SECONDS = 15.0
EVERY_SECONDS = 0.05
_INSERT = (
    """
    INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, object, outcome, found, source)
    SELECT 1 + n % 300, 'bench.' || n % 300, 'doctor', 'treatment', 'read', 'bench', 1 + n::bigint * 7919 % 200000, 'timeline', 'done',
           1, '192.0.2.' || n % 250
    FROM generate_series(1::bigint, %s) n RETURNING transaction_id::text::bigint, id
""".replace("% 300", "%% 300")
    .replace("% 200000", "%% 200000")
    .replace("% 250", "%% 250")
)


def measure(size: str) -> Figure:
    from hoso.engines.oversight.collecting import collect_all, collect_own

    with temporary_home("oversight-backlog") as home:
        open_home(home)
        collect_all()
        live = _Live()
        ends = time.monotonic() + ALONE_SECONDS
        alone = live.take_over(lambda: time.monotonic() > ends)
        collect_all()
        _write_day(DAY[size])
        collect_own()  # the place moves to now; the day is the stretch behind
        began = time.monotonic()
        beside = live.take_over(lambda: not _is_behind())
        seconds = time.monotonic() - began
        _check(DAY[size] + live.written)
    print_latencies({"an event of now, no backlog": alone, f"the same, beside a backlog of {DAY[size]:,}": beside})
    print(f"a day of {DAY[size]:,} events caught up in {seconds:.1f} s, {DAY[size] / seconds:,.0f} a second")
    ours, before = summary(beside), summary(alone)
    details = {
        "p50_ms": round(ours["p50"], 1),
        "p99_ms_without": round(before["p99"], 1),
        "caught_up_a_second": round(DAY[size] / seconds),
        "seconds": round(seconds, 1),
    }
    return Figure("oversight-backlog", round(ours["p99"], 1), "ms", details=details)


class _Live:
    """Writes events of now on a thread of its own while `take_over` runs."""

    def __init__(self) -> None:
        self.written = 0
        self._waiting: deque[tuple[tuple[int, int], float]] = deque()
        self._ends = threading.Event()

    def take_over(self, done: Callable[[], bool]) -> list[float]:
        """Take over until done; the milliseconds that each event of now waited."""
        import psycopg

        from hoso.engines.oversight.collecting import collect_behind, collect_own

        self._ends.clear()
        writer = threading.Thread(target=self._write)
        writer.start()
        times: list[float] = []
        with psycopg.connect(administrator_url(), autocommit=True) as admin:
            while not done() or len(times) < 100:
                seen = collect_own().seen
                times += self._passed(admin)
                if not (seen or collect_behind().seen):
                    time.sleep(0.01)
            self._ends.set()
            writer.join()
            while self._waiting:
                collect_own()
                times += self._passed(admin)
        return times

    def _write(self) -> None:
        import psycopg

        with psycopg.connect(administrator_url(), autocommit=True) as admin:
            while not self._ends.wait(EVERY_SECONDS):
                row = admin.execute(_INSERT, [1]).fetchone()
                assert row is not None
                self._waiting.append(((row[0], row[1]), time.monotonic()))
                self.written += 1

    def _passed(self, admin: "psycopg.Connection[tuple[int, ...]]") -> list[float]:
        place = admin.execute(
            "SELECT transaction_id::text::bigint, event_id FROM oversight_source WHERE key = 'hoso'"
        ).fetchone()
        now, times = time.monotonic(), []
        while place is not None and self._waiting and self._waiting[0][0] <= place:
            times.append(1000 * (now - self._waiting.popleft()[1]))
        return times


def _write_day(count: int) -> None:
    import psycopg

    with psycopg.connect(administrator_url(), autocommit=True) as admin:
        for _ in range(20):  # transactions, as a day has many
            admin.execute(_INSERT, [count // 20])


def _is_behind() -> bool:
    import psycopg

    with psycopg.connect(administrator_url()) as admin:
        row = admin.execute("SELECT behind_upto IS NOT NULL FROM oversight_source WHERE key = 'hoso'").fetchone()
    return row is not None and bool(row[0])


def _check(wanted: int) -> None:
    """Every event once."""
    import psycopg

    with psycopg.connect(administrator_url()) as admin:
        row = admin.execute(
            "SELECT count(*), count(DISTINCT key) FROM oversight_event WHERE source_id = 1 AND device = '' AND object = 'timeline'"
        ).fetchone()
    if row != (wanted, wanted):
        raise RuntimeError(f"{row} of {wanted} events were taken over")
