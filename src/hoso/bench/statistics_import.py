"""Reported figures taken in: rows a second of one dataValueSets JSON, durable, with every check, row security, history,
change and audit.

Rows are one monthly form of communes of the whole country over a year. Told besides: the same rows sent again, and half
of them changed (each with its history). DHIS2 takes 3,000 to 4,000 rows a second (2.41, 2.42; a third party's figures on
another machine), so there is no peer here.
"""

import io
import time
from datetime import date
from itertools import islice
from typing import Any

import orjson

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.tables import print_table

SMALL, FULL = 20_000, 200_000
FORM, MONTHS = "tt23-4-bct", [f"2026{month:02}" for month in range(1, 11)]


def measure(size: Size) -> Figure:
    """Rows a second of the first import."""
    count = SMALL if size == "small" else FULL
    with temporary_home("statistics-import") as home:
        open_home(home)
        actor = _officer()
        cells = list(islice(_cells(), count))
        rows = [
            ("first", _payload(cells, 0)),
            ("again", _payload(cells, 0)),
            ("half changed", _payload(cells, 1)),
        ]
        figures = [(name, *_timed(actor, content)) for name, content in rows]
    print_table(
        ["import", "rows", "s", "rows/s", "imported", "updated", "unchanged"],
        [
            [name, f"{count:,}", f"{seconds:.1f}", f"{count / seconds:,.0f}", *(f"{one:,}" for one in counts)]
            for name, seconds, counts in figures
        ],
    )
    return Figure(
        "statistics-import",
        count / figures[0][1],
        "rows/s",
        details={name: {"seconds": seconds, "counts": counts} for name, seconds, counts in figures},
    )


def _officer() -> Any:
    """An account of the ministry, made as the owner."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account, Assignment

    account = Account.objects.using("owner").create(username="bench.statistics", full_name="Bench", password="!")
    Assignment.objects.using("owner").create(account=account, role="statistics_officer", valid_from=date(2020, 1, 1))
    return Actor(account.pk, account.username, "bench")


def _cells() -> Any:
    """(element, period, unit) of every commune of today, month and row without a breakdown."""
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


def _payload(cells: list[tuple[str, str, str]], change: int) -> bytes:
    """Made-up counts; with `change` those of every second row differ."""
    rows = [
        {"dataElement": element, "period": period, "orgUnit": unit, "value": str(number % 997 + change * (number % 2))}
        for number, (element, period, unit) in enumerate(cells)
    ]
    return orjson.dumps({"dataValues": rows})


def _timed(actor: Any, content: bytes) -> tuple[float, tuple[int, int, int]]:
    from hoso.engines.statistics.imports.formats import read_payload
    from hoso.engines.statistics.imports.options import read_options
    from hoso.engines.statistics.imports.run import import_values

    options = read_options({})
    began = time.perf_counter()
    report = import_values(actor, read_payload(io.BytesIO(content), "application/json", options), options)
    seconds = time.perf_counter() - began
    if report.status != "SUCCESS":
        raise RuntimeError(f"the import was not whole: {report.as_dhis2()}"[:2000])
    return seconds, (report.imported, report.updated, report.unchanged)
