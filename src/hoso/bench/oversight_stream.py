"""Oversight on the stream: events are written at a steady rate by another process, while they are taken over, explained and sensed; of
each it is told how long that took from when it was written. One in ten comes about somebody who is in care somewhere."""

import subprocess
import sys
import time
from bisect import bisect_left
from typing import Any

from hoso.bench.bench_house import administrator_url, open_home, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.tables import print_table

SECONDS = {"small": 30, "full": 600}
RATE = 1200  # events a second that come, a fifth more than is asked
PERSONS = 1_000_000
IN_CARE = """
    INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day, package_id)
    SELECT n * 10, n * 10, 1, 'visit', current_date - 30, current_date, 1 FROM generate_series(1, %s) n
"""

# In its own process: what writes has its own place to run, as the web processes of a house have.
_WRITER = """
import sys, time
import psycopg
url, seconds, rate, persons = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with psycopg.connect(url, autocommit=True) as admin:
    began = time.monotonic()
    for tenth in range(seconds * 10):
        time.sleep(max(0.0, began + tenth / 10 - time.monotonic()))
        admin.execute(
            "INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, object, outcome, found, source)"
            " SELECT 1000000 + n % 300, 'bench.' || n % 300, 'doctor', 'treatment', 'read', 'stream', 1 + (%(from)s + n)::bigint * 7919 % %(persons)s,"
            " 'timeline', 'done', 1, '192.0.2.' || n % 250 FROM generate_series(1, %(count)s) n".replace(" % ", " %% "),
            {"from": tenth * rate // 10, "count": rate // 10, "persons": persons},
        )
"""


def measure(size: str) -> Figure:
    """Raises RuntimeError where some were not sensed."""
    import psycopg

    with temporary_home("oversight-stream") as home:
        open_home(home)
        with psycopg.connect(administrator_url(), autocommit=True) as admin:
            admin.execute(IN_CARE, [PERSONS // 10])
            admin.execute("ANALYZE access_care_relation")
        sensed, lasted, delays = stream(SECONDS[size], RATE, PERSONS)
    rate, told = round(sensed / lasted), summary(delays)
    print_table(["oversight", "events", "s", "events/s"], [["on the stream, as they came", sensed, lasted, rate]])
    print_latencies({"from the audit's row to sensed": delays})
    details = {"seconds": SECONDS[size], "p50_ms": round(told["p50"]), "p99_ms": round(told["p99"])}
    return Figure("oversight-stream", rate, "events/s", details=details)


def stream(seconds: int, rate: int, persons: int) -> tuple[int, float, list[float]]:
    """How many events were sensed, in how many seconds from the first to the last, and the milliseconds of each from the moment that
    its row has to the end of the transaction in which it was sensed. Raises RuntimeError where some were not sensed."""
    import psycopg

    from hoso.engines.oversight.collecting import collect_all
    from hoso.engines.oversight.streaming import sense_stream

    collect_all()
    sense_stream()
    wanted = seconds * 10 * (rate // 10)
    with psycopg.connect(administrator_url(), autocommit=True) as admin:
        before = _one(admin, "SELECT coalesce(max(number), 0) FROM oversight_event")
        reached: list[tuple[int, float]] = []
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, administrator_url(), str(seconds), str(rate), str(persons)]
        )
        began = time.time()
        try:
            while time.time() < began + 10 * seconds + 60:
                collect_all()
                sense_stream()
                reached.append((_one(admin, "SELECT max(number) FROM oversight_streamed"), time.time()))
                if writer.poll() is not None and _sensed(admin, before, reached[-1][0]) >= wanted:
                    break
                time.sleep(0.1)
        finally:
            writer.wait()
        if writer.returncode:
            raise RuntimeError("the events could not be written")
        rows = admin.execute(
            "SELECT number, extract(epoch FROM at)::float FROM oversight_event e JOIN oversight_account a ON a.id = e.account_id"
            " WHERE number > %s AND a.name LIKE 'bench.%%'", [before],
        ).fetchall()  # fmt: skip
    if len(rows) < wanted:
        raise RuntimeError(f"{len(rows)} of {wanted} events were sensed")
    places = [place for place, _ in reached]
    delays = [1000 * (reached[bisect_left(places, number)][1] - at) for number, at in rows]
    return len(rows), reached[-1][1] - began, delays


def _sensed(admin: Any, before: int, upto: int) -> int:
    return _one(
        admin,
        "SELECT count(*) FROM oversight_event e JOIN oversight_account a ON a.id = e.account_id"
        f" WHERE number > {before} AND number <= {upto} AND a.name LIKE 'bench.%'",
    )


def _one(admin: Any, question: str) -> int:
    row = admin.execute(question).fetchone()
    return int(row[0] or 0)
