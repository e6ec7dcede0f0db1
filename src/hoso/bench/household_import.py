"""Rows of a list of households a second, taken in with persons, numbers, households, groups, Patients, search and audit.

Through the same door as `hoso people import-households`: the file is kept on disk, read once, then taken batch by batch, with the
helper process that prepares them. Given a second time it changes nothing, which is measured too. BENCH_ROWS takes another number of
rows. Nothing comparable runs on one machine.
"""

import csv
import multiprocessing
import os
import random
import time
from datetime import date
from pathlib import Path

from hoso.bench.bench_house import open_home, server_processes, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.process_costs import ProcessCosts
from hoso.bench.stopwatch import Stopwatch
from hoso.bench.tables import print_table

ROWS = {"small": 20_000, "full": 2_000_000}
DAY = date(2025, 9, 1)
SEED = 6
SURNAMES = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "PHAN", "VŨ", "ĐẶNG", "BÙI", "ĐỖ", "HỒ", "NGÔ", "DƯƠNG", "LÝ")
MIDDLES = ("VĂN", "THỊ", "HỮU", "ĐỨC", "THANH", "NGỌC", "MINH", "QUỐC", "KIM", "GIA")
GIVEN = (
    "AN",
    "BÌNH",
    "CHI",
    "DŨNG",
    "GIANG",
    "HÀ",
    "HÙNG",
    "LAN",
    "LINH",
    "MAI",
    "NAM",
    "NGA",
    "PHÚC",
    "QUANG",
    "SƠN",
    "TÂM",
)


def measure(size: Size) -> Figure:
    """Rows a second of a first list."""
    watch, rows = Stopwatch(), int(os.environ.get("BENCH_ROWS") or ROWS[size])
    with temporary_home("households") as home:
        open_home(home)
        _write(home / "households.csv", rows)
        _watch_steps(watch)
        first, costs = _take(home / "households.csv")
        steps = dict(watch.seconds)
        again, _ = _take(home / "households.csv")
    print_table(("step of the first", "s", "%"), [[name, spent, 100 * spent / first] for name, spent in sorted(steps.items(), key=lambda one: -one[1])])  # fmt: skip
    print_table(("process", "µs a row", "MB"), [[name, 1e6 * spent / rows, costs.peak_mb[name]] for name, spent in costs.cpu_seconds().items()])  # fmt: skip
    print_table(("list", "rows", "s", "rows/s"), [["first", rows, first, rows / first], ["again", rows, again, rows / again]])  # fmt: skip
    details = {"again": rows / again, "memory": dict(costs.peak_mb)}
    return Figure("household-import", rows / first, "rows/s", details=details)


def _take(path: Path) -> tuple[float, ProcessCosts]:
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.core.files.originals import chunks_of
    from hoso.engines.intake.households.importing import receive_list, take_list

    me = os.getpid()
    groups = {"writer": lambda: [me], "helper": _helpers, "PostgreSQL": server_processes}
    with ProcessCosts(groups) as costs:
        began = time.perf_counter()
        with path.open("rb") as stream:
            list_id = receive_list(
                Actor(intake_service_id(), INTAKE_SERVICE, "bench"), path.name, chunks_of(stream), DAY
            )
        take_list(list_id)
        seconds = time.perf_counter() - began
    return seconds, costs


def _helpers() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def _watch_steps(watch: Stopwatch) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from hoso.engines.intake.households import filing, importing, new_persons
    from hoso.engines.people import linkage

    watch.wrap(importing, "count_household_rows", "read the file to its end first")
    watch.wrap(importing, "communes_on", "communes")
    watch.wrap(importing, "_take_batch", "file a batch, all of it")
    watch.wrap(importing, "store_new", "  new persons, all of it")
    watch.wrap(new_persons, "known_rows", "    who of them is known")
    watch.wrap(new_persons, "spread", "    INSERT … SELECT of new persons")
    watch.wrap(importing, "take_rows", "  known persons")
    watch.wrap(linkage.Linkage, "load", "  look up who is known")
    watch.wrap(filing, "file_patients", "  build Patients of known persons")
    watch.wrap(BaseDatabaseWrapper, "_commit", "  commit (fsync of the WAL)")


def _write(path: Path, rows: int) -> None:
    """A synthetic list: households of four in the communes of today."""
    from hoso.core.places.models import Place

    communes = list(
        Place.objects.filter(level=3, valid_to=None, valid_from=date(2025, 7, 1)).values_list("code", flat=True)[:200]
    )
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("household", "person", "name", "sex", "born", "commune_code", "personal_id", "phone", "address", "relation", "occupation"))  # fmt: skip
        for number in range(rows):
            name = f"{draw.choice(SURNAMES)} {draw.choice(MIDDLES)} {draw.choice(GIVEN)}"
            born = date.fromordinal(draw.randrange(date(1935, 1, 1).toordinal(), DAY.toordinal()))
            known = f"{draw.randrange(1, 97):03}{number:09}" if draw.random() < 0.8 else ""
            home = number // 4
            table.writerow((
                f"H{home}", number % 4 + 1, name, draw.choice(("nam", "nữ")), f"{born:%d/%m/%Y}", communes[home % len(communes)], known,
                f"09{number % 10**8:08}" if number % 3 else "", f"Tổ {home % 40}, ấp {home % 9} (mẫu)", "con", "",
            ))  # fmt: skip
