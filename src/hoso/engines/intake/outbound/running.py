"""An export to disk: visits into the journal, then the packages and the report out of it. Stopped anywhere, the same
command goes on with it."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

from django.utils.timezone import localdate

from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file
from hoso.engines.intake.outbound.journal import Journal
from hoso.engines.intake.outbound.pieces import Sign, count_files, put_together
from hoso.engines.intake.outbound.report import Summary, write_json, write_text
from hoso.engines.intake.outbound.selection import Order, count_visits, leaving

MOST_IN_A_FILE = 500
Progress = Callable[[int, int], None]


def export_to(
    order: Order, target: Path, most: int = MOST_IN_A_FILE, progress: Progress | None = None, sign: Sign | None = None
) -> Summary:
    """Write the visits to `target`: `….xml` one file of one facility, `….zip` a ZIP, else a folder. The report stands
    beside it as `TARGET.bao-cao.json` and `.txt`. With `sign` each package is held whole and signed.

    Raises HosoError as `count_visits`, HS3365 where the target is there, HS3366, HS3367, HS3368 where nothing fits.
    """
    part = part_of(target)
    if _stands(target) and not part.exists():
        raise HosoError("HS3365", path=target)
    total = count_visits(order)
    if not total:
        raise HosoError("HS3368")
    with Journal(part, order) as journal:
        for outcome in leaving(order, journal.after):
            journal.add(outcome)
            if progress:
                progress(journal.done, max(total, journal.done))
    summary = Summary(order.target, files=count_files(journal, target, most), signed=sign is not None)
    for entry in journal.entries():
        summary.add(entry)
    if summary.written and not _stands(target):  # where it stands, a kill came just before the end
        _write_reports(summary, journal, target)
        put_together(journal, target, localdate(), most, sign)
    elif not summary.written:
        _write_reports(summary, journal, target)
    shutil.rmtree(part)
    return summary


def part_of(target: Path) -> Path:
    """The working folder of an unfinished export."""
    return target.with_name(f"{target.name}.part")


def _stands(target: Path) -> bool:
    return any(target.iterdir()) if target.is_dir() else target.exists()


def _write_reports(summary: Summary, journal: Journal, target: Path) -> None:
    for kind, write in (("txt", write_text), ("json", write_json)):
        with durable_file(target.with_name(f"{target.name}.bao-cao.{kind}")) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", write_through=True)
            write(summary, journal.entries(), text)
            text.detach()
