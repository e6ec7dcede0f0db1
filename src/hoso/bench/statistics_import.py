"""Reported figures taken in: rows a second of one dataValueSets JSON, durable, with every check, row security, history,
change and audit.

Rows are one monthly form of communes of the whole country over a year. Told besides: the same rows sent again, and half
of them changed (each with its history). BENCH_ROWS takes another number of rows (up to 1.2 million), BENCH_FORMAT=csv sends
them as CSV, which is read row by row; the peak of memory is told. DHIS2 takes 3,000 to 4,000 rows a second (2.41, 2.42; a third
party's figures on another machine), so there is no peer here.
"""

import csv
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.process_costs import ProcessCosts
from hoso.bench.tables import print_table

SMALL, FULL = 20_000, 200_000
FORM = "tt23-4-bct"
MONTHS = [*(f"2026{month:02}" for month in range(1, 11)), *(f"2025{month:02}" for month in range(7, 13))]
KINDS = {"json": "application/json", "csv": "application/csv"}
Cell = tuple[str, str, str]  # element, period, unit


@dataclass(frozen=True)
class Import:
    """One import as measured; memory of this process in MB."""

    name: str
    seconds: float
    imported: int
    updated: int
    unchanged: int
    memory: float


def measure(size: Size) -> Figure:
    """Rows a second of the first import. Raises ValueError for another format."""
    count = int(os.environ.get("BENCH_ROWS") or (SMALL if size == "small" else FULL))
    kind = os.environ.get("BENCH_FORMAT", "json")
    if kind not in KINDS:
        raise ValueError(f"BENCH_FORMAT: {', '.join(KINDS)}")
    with temporary_home("statistics-import") as home:
        open_home(home)
        actor = _officer()
        found = [
            _timed(name, actor, _written(home / f"{name}.{kind}", islice(_cells(), count), change), kind)
            for name, change in (("first", 0), ("again", 0), ("half changed", 1))
        ]
    if found[0].imported != count:
        raise ValueError(f"BENCH_ROWS: there are {found[0].imported} cells")
    print_table(
        ["import", "rows", "s", "rows/s", "imported", "updated", "unchanged", "MB"],
        [
            [one.name, f"{count:,}", f"{one.seconds:.1f}", f"{count / one.seconds:,.0f}", f"{one.imported:,}",
             f"{one.updated:,}", f"{one.unchanged:,}", f"{one.memory:.0f}"]
            for one in found
        ],
    )  # fmt: skip
    details = {one.name: {"seconds": one.seconds, "memory": one.memory} for one in found}
    return Figure("statistics-import", count / found[0].seconds, "rows/s", details=details)


def _officer() -> Any:
    """An account of the ministry, made as the owner."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account, Assignment

    account = Account.objects.using("owner").create(username="bench.statistics", full_name="Bench", password="!")
    Assignment.objects.using("owner").create(account=account, role="statistics_officer", valid_from=date(2020, 1, 1))
    return Actor(account.pk, account.username, "bench")


def _cells() -> Iterator[Cell]:
    """Those of every commune of today, month and row without a breakdown."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM statistics_unit WHERE tier = 'commune' AND valid_to IS NULL ORDER BY code")
        units = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT e.uid FROM statistics_data_set d JOIN statistics_data_set_element s ON s.data_set_id = d.id"
            " JOIN statistics_element e ON e.id = s.element_id JOIN statistics_combo c ON c.id = e.combo_id"
            " WHERE d.form = %s AND c.dimensions = '{}' ORDER BY s.position",
            [FORM],
        )
        elements = [row[0] for row in cursor.fetchall()]
    for unit in units:
        for month in MONTHS:
            for element in elements:
                yield element, month, unit


def _written(path: Path, cells: Iterable[Cell], change: int) -> Path:
    """A file of made-up counts; with `change` those of every second row differ."""
    rows = (
        {"dataElement": element, "period": period, "orgUnit": unit, "value": str(number % 997 + change * (number % 2))}
        for number, (element, period, unit) in enumerate(cells)
    )
    if path.suffix == ".json":
        path.write_bytes(orjson.dumps({"dataValues": list(rows)}))
        return path
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, ("dataElement", "period", "orgUnit", "value"))
        table.writeheader()
        table.writerows(rows)
    return path


def _timed(name: str, actor: Any, path: Path, kind: str) -> Import:
    from hoso.engines.statistics.imports.formats import read_payload
    from hoso.engines.statistics.imports.options import read_options
    from hoso.engines.statistics.imports.run import import_values

    options, me = read_options({}), os.getpid()
    with path.open("rb") as content, ProcessCosts({"import": lambda: [me]}) as costs:
        began = time.perf_counter()
        report = import_values(actor, read_payload(content, KINDS[kind], options), options)
        seconds = time.perf_counter() - began
    if report.status != "SUCCESS":
        raise RuntimeError(f"the import was not whole: {report.as_dhis2()}"[:2000])
    return Import(name, seconds, report.imported, report.updated, report.unchanged, costs.peak_mb["import"])
