"""Figures asked of the cube: milliseconds at p95 over every shape of question, of an officer of the ministry.

Facts of 11,000 facilities over 60 months: 5 million of 40 elements, in full 100 million of 400. Measured from the question to
the figures, with what the asker's transaction looks up, the socket, and the cube in a process of its own. Told besides:
each shape of DHIS2's performance scenarios beside the means it publishes, each way of adding up, memory, bytes a fact on disk,
time from a saved value to its being in an answer while others ask, and the same questions of one element to the database.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

from hoso.bench.analytics_data import COMPARED, Data, copy_compared, seed
from hoso.bench.analytics_questions import SHAPES, Asker
from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import percentile, print_latencies, summary
from hoso.bench.tables import print_table

ROUNDS = {"small": 5, "full": 10}  # of each shape
MIXED = {"small": 30, "full": 200}  # of each way
SAVED = {"small": 20, "full": 60}
USERS = {"small": 5, "full": 50}


def measure(size: Size) -> Figure:
    """p95 of the free mix and the shapes together."""
    with temporary_home("analytics") as home:
        open_home(home)
        began = time.perf_counter()
        data = seed(size)
        built = time.perf_counter() - began
        actor, asker = _officer(), Asker(data.elements, data.months)
        holder = _hold(home)
        try:
            shapes = _shapes(actor, asker, size)
            ways = _mix(actor, asker, size) | _on_todays_map(actor, asker, size)
            told = _compared(actor, asker, data)
            fresh = _freshness(actor, asker, size)
            state, memory = _state(home), _memory(holder.pid)
        finally:
            holder.terminate()
            holder.wait()
    everything = [one for times in (*shapes.values(), *ways.values()) for one in times]
    print_latencies(ways)
    print_table(["", "value"], [
        ["facts", f"{state['facts']:,}"], ["bytes a fact", f"{state['bytes'] / state['facts']:.2f}"],
        ["seconds to build", f"{built:.0f}"], ["MB the cube's process at most", f"{memory / 1e6:.0f}"],
        ["ms saved to seen", str({name: round(one) for name, one in summary(fresh).items()})],
        ["one element: ms cube, database", f"{told[0]:.0f}, {told[1]:.0f}"],
    ])  # fmt: skip
    details = {"bytes_a_fact": state["bytes"] / state["facts"], "memory": memory, "fresh": summary(fresh)}
    return Figure("analytics", percentile(everything, 0.95), "ms at p95", details=details)


def _officer() -> Any:
    from datetime import date

    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account, Assignment

    account = Account.objects.using("owner").create(username="bench.statistics", full_name="Bench", password="!")
    Assignment.objects.using("owner").create(account=account, role="statistics_officer", valid_from=date(2020, 1, 1))
    return Actor(account.pk, account.username, "bench")


def _hold(home: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "statistics", "cube"]
    process = subprocess.Popen(command, env={**os.environ, "HOSO_HOME": str(home)}, stdout=sys.stderr)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        state = _state(home)
        if state and state["ready"]:
            return process
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("the cube did not get ready")


def _state(home: Path) -> dict[str, Any]:
    from hoso.core.facts.asking import ask_holder
    from hoso.engines.statistics.cube.facts import facts_folder

    return ask_holder(facts_folder(home), {"do": "state"}) or {}


def _memory(process: int) -> int:
    """Bytes at most."""
    (line,) = [one for one in Path(f"/proc/{process}/status").read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def _ask(actor: Any, question: tuple[Any, Any]) -> tuple[float, Any]:
    """Milliseconds, and the figures. Raises RuntimeError where the cube did not answer: nothing else is measured."""
    from hoso.core.database.session import acting_transaction
    from hoso.engines.statistics.cube.figures import cube_figures

    began = time.perf_counter()
    with acting_transaction(actor.account_id, "statistics"):
        figures = cube_figures(*question)
    if figures is None:
        raise RuntimeError("the cube did not answer")
    return (time.perf_counter() - began) * 1000, figures


def _shapes(actor: Any, asker: Asker, size: Size) -> dict[str, list[float]]:
    random, found, rows = Random(1), {}, []
    for shape in SHAPES:
        answers = [_ask(actor, asker.shaped(shape, random)) for _ in range(ROUNDS[size])]
        times = found[shape.name] = [one for one, _ in answers]
        cells = sum(map(len, answers[-1][1].values()))
        mean = sum(times) / len(times)
        rows.append([
            shape.name, f"{cells:,}", f"{mean:.0f}", f"{max(times):.0f}", f"{shape.published:,}", str(shape.published_doris)
        ])  # fmt: skip
    print_table(["shape (ms)", "cells", "mean", "max", "DHIS2 42.0 mean", "on Doris"], rows)
    return found


def _mix(actor: Any, asker: Asker, size: Size) -> dict[str, list[float]]:
    from hoso.engines.statistics.analytics.reported import AGGREGATIONS

    random = Random(2)
    return {way: [_ask(actor, asker.mixed(way, random))[0] for _ in range(MIXED[size])] for way in AGGREGATIONS}


def _on_todays_map(actor: Any, asker: Asker, size: Size) -> dict[str, list[float]]:
    """The same mix on today's map, where units that are no more are asked beside those that followed them."""
    from dataclasses import replace

    from hoso.core.database.session import acting_transaction
    from hoso.engines.statistics.analytics.todays_map import ADDED, AVERAGE, EXTREMES, figures_on_map

    random, found = Random(4), {}
    for way in sorted({*ADDED, *EXTREMES, AVERAGE}):
        times = found[f"{way} on today's map"] = list[float]()
        for _ in range(MIXED[size] // 4):
            operands, scope = asker.mixed(way, random)
            began = time.perf_counter()
            with acting_transaction(actor.account_id, "statistics"):
                figures, _ = figures_on_map(operands, replace(scope, places="today"))
            times.append((time.perf_counter() - began) * 1000)
            if not any(figures.values()):  # the store of values holds next to none of them
                raise RuntimeError("the cube did not answer")
    return found


def _compared(actor: Any, asker: Asker, data: Data) -> tuple[float, float]:
    """Mean ms of the cube and of the database for the same questions of one element. Raises RuntimeError where they differ."""
    from hoso.core.database.session import acting_transaction
    from hoso.engines.statistics.analytics.reported import reported_figures

    copy_compared(data)
    alone = Asker([data.elements[COMPARED]], data.months)
    ours, theirs, random = [], [], Random(3)
    for shape in [one for one in SHAPES if one.items == 1]:
        question = alone.shaped(shape, random)
        spent, figures = _ask(actor, question)
        ours.append(spent)
        began = time.perf_counter()
        with acting_transaction(actor.account_id, "statistics"):
            stored = reported_figures(*question)
        theirs.append((time.perf_counter() - began) * 1000)
        if figures != stored:
            raise RuntimeError(f"the cube and the database differ: {shape.name}")
    return sum(ours) / len(ours), sum(theirs) / len(theirs)


def _freshness(actor: Any, asker: Asker, size: Size) -> list[float]:
    """Milliseconds from the moment a saved value was acknowledged until an answer holds it, while others ask."""
    from django.db import connections

    stop = threading.Event()

    def others(seed: int) -> None:
        random = Random(seed)
        while not stop.is_set():
            _ask(actor, asker.mixed("SUM", random))
            stop.wait(random.uniform(0.5, 1.5) * 5)  # somebody looks at a figure before asking for the next one
        connections.close_all()

    threads = [threading.Thread(target=others, args=(number,)) for number in range(USERS[size])]
    for thread in threads:
        thread.start()
    try:
        return [_saved_and_seen(actor, number) for number in range(SAVED[size])]
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _saved_and_seen(actor: Any, number: int) -> float:
    import io

    import orjson
    from django.db import connection

    from hoso.core.periods.periods import parse_period
    from hoso.engines.statistics.analytics.data_items import find_item
    from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Scope
    from hoso.engines.statistics.catalogue import read_catalogue
    from hoso.engines.statistics.imports.formats import read_payload
    from hoso.engines.statistics.imports.options import read_options
    from hoso.engines.statistics.imports.run import import_values

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, uid FROM statistics_unit WHERE tier = 'commune' AND valid_to IS NULL ORDER BY code LIMIT 1"
        )
        place, uid = cursor.fetchone()
    options = read_options({"dataElementIdScheme": "code"})
    value = {"dataElement": "DELIV", "period": "202601", "orgUnit": uid, "value": str(number + 1)}
    payload = io.BytesIO(orjson.dumps({"dataValues": [value]}))
    import_values(actor, read_payload(payload, "application/json", options), options)
    began = time.perf_counter()
    scope = Scope([AskedPeriod("m", (parse_period("202601"),))], [AskedUnits("u", (place,))])
    item = find_item(read_catalogue(), "DELIV", "code")
    while _ask(actor, ([item], scope))[1]["DELIV"].get(Cell("m", "u")) != number + 1:
        time.sleep(0.01)
    return (time.perf_counter() - began) * 1000
