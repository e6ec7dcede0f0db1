"""A small export in memory, for whoever asks on a page: one ZIP with the packages and the report."""

import io
import zipfile

from django.utils.timezone import localdate

from hoso.core.errors import HosoError
from hoso.engines.intake.outbound.journal import Entry, entry_of
from hoso.engines.intake.outbound.pieces import add_pieces, pieces
from hoso.engines.intake.outbound.report import Summary, write_json, write_text
from hoso.engines.intake.outbound.running import MOST_IN_A_FILE
from hoso.engines.intake.outbound.selection import Order, count_visits, leaving

MOST_VISITS = 200


def zip_of(order: Order) -> bytes:
    """Raises HosoError as `count_visits`, HS3368 where nothing fits, HS3369 for more than 200 visits."""
    total = count_visits(order)
    if not total:
        raise HosoError("HS3368")
    if total > MOST_VISITS:
        raise HosoError("HS3369", limit=MOST_VISITS)
    visits, entries = io.BytesIO(), list[Entry]()
    summary = Summary(order.target)
    for outcome in leaving(order):
        entry = entry_of(outcome, visits.tell())
        visits.write(outcome.content or b"")
        entries.append(entry)
        summary.add(entry)
    written = list(pieces(entries, MOST_IN_A_FILE))
    summary.files = len(written)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        add_pieces(archive, written, visits, localdate())
        for name, write in (("bao-cao.txt", write_text), ("bao-cao.json", write_json)):
            report = io.StringIO()
            write(summary, entries, report)
            archive.writestr(name, report.getvalue())
    return made.getvalue()
