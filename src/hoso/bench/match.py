"""One arriving person against everybody known: milliseconds of the question behind `Patient/$match`, p95.

The population is that of `linkage` (its first records); those who arrive are second records of it, with its mix of errors. Each
question goes the way of a request: policy, transaction, row security, candidates by index, the model, the audit event. HTTP is
not in it. Nothing comparable runs on one machine.
"""

import os
import secrets
import time
from random import Random
from typing import Any

import psycopg

from hoso.bench.bench_house import administrator_url, begin, disk_bytes, is_ready, kept_home, mark_ready, open_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.population import Record, population
from hoso.bench.population_store import communes, store
from hoso.bench.tables import print_table

PERSONS = {"small": 60_000, "full": 1_200_000}
SEED = 20261126  # of the population, which is built once; who arrives is drawn anew
ARRIVALS, WARM_UP = 1_000, 100
RECIPE = "match 1"


def prepare(size: Size) -> str:
    """File the population once; returns what was built, its size on disk and how long it took."""
    home = kept_home("match", size, RECIPE)
    if is_ready(home):
        return f"{home}: {(home / 'ready').read_text()}"
    begin(home)
    began = time.perf_counter()
    first, _ = _everybody(size)
    with psycopg.connect(administrator_url(), autocommit=True) as connection:
        store(connection, first)
    told = f"{len(first):,} persons, {disk_bytes(home) / 1e9:.2f} GB, loaded in {time.perf_counter() - began:.0f} s"
    mark_ready(home, told)
    return f"{home}: {told}"


def measure(size: Size) -> Figure:
    """p95 in milliseconds."""
    print(prepare(size), flush=True)
    open_home(kept_home("match", size, RECIPE))
    _, again = _everybody(size)
    seed = int(os.environ.get("BENCH_SEED") or secrets.randbelow(10**9))
    arriving = Random(seed).sample(again, min(len(again), ARRIVALS))
    for one in arriving[:WARM_UP]:
        _ask(one)
    times: dict[str, list[float]] = {"all": []}
    first = certain = among = 0
    for one in arriving:
        spent, found = _ask(one)
        for kind in ("all", *one.errors):
            times.setdefault(kind, []).append(spent)
        ids = [each.person_id for each in found]
        among += one.human in ids
        first += ids[:1] == [one.human]
        certain += bool(found) and found[0].grade == "certain" and ids[0] == one.human
    print_latencies(times)
    told = [[seed, len(arriving), *(f"{part / len(arriving):.4f}" for part in (among, first, certain))]]
    print_table(("seed", "arrived", "found among the ten", "found first", "first and certain"), told)
    details = {kind: summary(spent) for kind, spent in times.items()}
    return Figure("match", details["all"]["p95"], "ms", details={"seed": seed, **details})


def _everybody(size: Size) -> tuple[list[Record], list[Record]]:
    """First records, and second ones of the same humans."""
    records = population(round(PERSONS[size] / 0.92), SEED)
    return [one for one in records if one.id == one.human], [one for one in records if one.id != one.human]


def _ask(one: Record) -> tuple[float, list[Any]]:
    from django.db import connection

    from hoso.core.access import reading
    from hoso.core.access.actor import Actor
    from hoso.core.access.reading import Asking
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.people.matching.comparisons import Compared
    from hoso.engines.people.matching.matches import matches

    asked = Compared(
        one.name.lower(), *one.birth, one.sex, one.phone, communes()[one.commune - 1], "", one.insurance_number,
        one.personal_number,
    )  # fmt: skip
    actor = Actor(intake_service_id(), INTAKE_SERVICE, "bench")

    def find(scope: Any) -> list[Any]:
        with connection.cursor() as cursor:
            return matches(cursor, asked)

    began = time.perf_counter()
    found = reading.read(actor, "record_keeping", Asking("record.write", "search", object="Patient/$match"), find)
    return 1000 * (time.perf_counter() - began), found
