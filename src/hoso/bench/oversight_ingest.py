"""Oversight's intake: events of our own audit taken over in order, then explained and scored; beside it how long "who saw this
person in ten years" takes, and what a million events weigh.

Taking over is measured on a backlog, nothing else writing; explaining and scoring on a working life of 90 days, as a batch. The
figure is that of both one after the other: what one machine carries in the long run. As events come: oversight_stream.py."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hoso.bench.bench_house import administrator_url, open_home, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.tables import print_table

BACKLOG = {"small": 50_000, "full": 1_000_000}
HISTORY = {"small": 500_000, "full": 50_000_000}
PERSONS = {"small": 20_000, "full": 2_000_000}
ACCOUNTS = {"small": 120, "full": 300}
ASKED = 300
_BACKLOG = """
    INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, object, outcome, found, source)
    SELECT 1 + n %% 300, 'bench.' || n %% 300, 'doctor', 'treatment', 'read', 'bench', 1 + n::bigint * 7919 %% %(persons)s, 'timeline', 'done',
           1, '192.0.2.' || n %% 250
    FROM generate_series(1, %(count)s) n
"""
_HISTORY = """
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, role, purpose, action, object, outcome, sensitive,
                                 break_glass, address, device)
    SELECT 1, 'bench.' || n, now() - interval '10 years' * (n::float / %(count)s), 1 + n %% 300, 1 + n::bigint * 7919 %% %(persons)s,
           'doctor', 'treatment', 'read', 'timeline', 'done', false, false, '192.0.2.1', ''
    FROM generate_series(1, %(count)s) n
"""


def measure(size: str) -> Figure:
    with temporary_home("oversight-ingest") as home:
        open_home(home)
        taken, collecting = _collect(BACKLOG[size], PERSONS[size])
        sensed, sensing = _sense(ACCOUNTS[size])
        times = _who_saw(HISTORY[size], PERSONS[size])
        weight = _bytes_of_an_event()
    together = 1 / (collecting / taken + sensing / sensed)
    print_table(
        ["oversight", "events", "s", "events/s"],
        [
            ["taken over from the audit", taken, collecting, round(taken / collecting)],
            ["explained and scored, a batch of 90 days", sensed, sensing, round(sensed / sensing)],
            ["one after the other", "", "", round(together)],
        ],
    )
    print_latencies({f"who saw this person in ten years, of {HISTORY[size]:,}": times})
    print(f"a million events with their indexes: {weight:.0f} MB")
    details = {
        "collect": round(taken / collecting),
        "explain_and_score": round(sensed / sensing),
        "who_saw_p99_ms": round(summary(times)["p99"], 1),
        "mb_a_million": round(weight),
    }
    return Figure("oversight-ingest", round(together), "events/s", details=details)


def _collect(count: int, persons: int) -> tuple[int, float]:
    import psycopg

    from hoso.engines.oversight.collecting import collect_all

    collect_all()
    with psycopg.connect(administrator_url(), autocommit=True) as admin:
        for _ in range(10):  # transactions, as a day has many
            admin.execute(_BACKLOG, {"count": count // 10, "persons": persons})
    began = time.monotonic()
    taken = collect_all()
    seconds = time.monotonic() - began
    if taken < count // 10 * 10:
        raise RuntimeError(f"{taken} of {count} events were taken over")
    return taken, seconds


def _sense(accounts: int) -> tuple[int, float]:
    from hoso.demo.working_life.life import live
    from hoso.demo.working_life.settings import Settings
    from hoso.engines.oversight.explaining import explain
    from hoso.engines.oversight.memory import Memory
    from hoso.engines.oversight.scoring import raise_cases
    from hoso.engines.oversight.sensing import hits, sense

    settings = Settings(seed=1, accounts=accounts)
    with TemporaryDirectory(prefix="hoso-oversight-") as folder:
        live(settings).write(Path(folder))
        began = time.monotonic()
        memory = Memory()
        memory.load_folder(Path(folder))
    explain(memory)
    sense(memory)
    raise_cases(hits(memory), accounts, settings.start, settings.start + timedelta(days=settings.days - 1))
    seconds = time.monotonic() - began
    return int(memory.ask("SELECT count(*) FROM event")[0][0]), seconds


def _who_saw(count: int, persons: int) -> list[float]:
    """Milliseconds of each question, as the overseer asks it: row security on, the audit event of the question written."""
    import psycopg

    from hoso.bench.served_house import make_account
    from hoso.core.access.actor import Actor
    from hoso.core.access.reading import Asking, read
    from hoso.core.accounts.models import Account
    from hoso.engines.oversight import queries

    with psycopg.connect(administrator_url(), autocommit=True) as admin:
        admin.execute("SELECT oversight_prepare_years(now() - interval '11 years', now())")
        admin.execute(_HISTORY, {"count": count, "persons": persons})
        admin.execute("VACUUM ANALYZE oversight_event")
    make_account("bench.overseer", "clinical", "overseer")
    overseer = Actor(Account.objects.get(username="bench.overseer").pk, "bench.overseer", "bench")
    rng, since, times = Random(1), datetime.now(UTC) - timedelta(days=3653), []
    for _ in range(ASKED):
        person = rng.randint(1, persons)
        asking = Asking("audit.read", person_id=person, object="who saw")
        began = time.monotonic()
        found = read(overseer, "oversight", asking, partial(queries.who_saw, person_id=person, since=since))
        times.append(1000 * (time.monotonic() - began))
        if not found:
            raise RuntimeError("nobody saw a person whom many saw")
    return times


def _bytes_of_an_event() -> float:
    """Megabytes of a million events."""
    import psycopg

    with psycopg.connect(administrator_url()) as admin:
        row = admin.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) / (SELECT count(*) FROM oversight_event) FROM pg_class c"
            " WHERE c.relkind = 'r' AND c.relname ~ '^oversight_event_'"
        ).fetchone()
    assert row is not None
    return float(row[0])
