"""One import in one transaction: read, check, merge, completion, the change for those who follow, the audit event."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, Literal

from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.imports.checking import Checker
from hoso.engines.statistics.imports.options import ImportOptions
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.rows import Given, day_of
from hoso.engines.statistics.imports.storing import Store
from hoso.engines.statistics.imports.typed import act_of_sending, store_as_seen
from hoso.engines.statistics.units import reach_for

PURPOSE = "statistics"
TOPIC = "statistics.values"
BATCH = 20_000
Kind = Literal["cell", "import"]


class _Undo(Exception):
    """A dry run has counted everything: nothing of it stays."""


def import_values(actor: Actor, rows: Iterator[Given], options: ImportOptions, kind: Kind = "import") -> ImportReport:
    """Take in rows. What is refused is told in the report, row by row; it stores everything else or nothing.

    Raises HosoError: HS2001 no permission, HS7002 where the payload cannot be read to its end (nothing is stored then).
    """
    report = ImportReport(dry_run=options.dry_run)
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.write", PURPOSE)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                _take(cursor, actor, rows, options, kind, report)
                if options.dry_run:
                    raise _Undo
        except _Undo:
            report.act_id = None
        record_event(
            AuditEvent(
                actor=actor,
                role=scope.role.key,
                purpose=PURPOSE,
                action="update",
                object=_told(kind, report),
                outcome="done" if report.taken or report.repeated else "refused",
                reason=options.reason,
                found=report.taken,
            )
        )
    return report


def _told(kind: Kind, report: ImportReport) -> str:
    """What the audit event is about: the act, or that nothing stayed."""
    return f"statistics/{kind}/{'dry-run' if report.dry_run else report.act_id or 'nothing'}"


def _take(
    cursor: Any, actor: Actor, rows: Iterator[Given], options: ImportOptions, kind: Kind, report: ImportReport
) -> None:
    if options.typed and (done := act_of_sending(cursor, actor.account_id, options.typed.key)):
        report.act_id, report.repeated = done, True
        return
    catalogue = read_catalogue()
    checker = Checker(catalogue, reach_for("statistics.write"), report, date.today())
    store = Store(cursor, catalogue)
    received = 0
    while batch := list(islice(rows, BATCH)):
        received += len(batch)
        store.stage(checker.check(batch))
    _refuse_what_contradicts(store, checker, report)
    for code, refused in (("HS7024", store.against_strategy(options.strategy)), ("E8033", store.closed())):
        for uid, index in refused:
            report.note(code, uid, index)
            report.rejected.append(index)
    if options.atomic and report.rejected:
        report.rejected += store.indexes()
        report.refused_whole = True
    report.rejected = sorted(set(report.rejected))
    report.ignored = len(report.rejected)
    if report.ignored == received:
        return

    def write() -> None:
        _write(cursor, _note_act(cursor, actor, kind, options, received), store, checker, options, report)

    if options.typed:
        store_as_seen(cursor, options.typed, report, write)
    else:
        write()


def _write(cursor: Any, act: int, store: Store, checker: Checker, options: ImportOptions, report: ImportReport) -> None:
    """Merge what is staged as this act, say which reports are complete, and announce it."""
    if options.strategy == "delete":
        report.deleted = store.take_back(act)
    else:
        report.imported, report.updated, report.unchanged = store.merge(act)
    _complete(cursor, store, checker, report, act)
    report.act_id = act
    announce(TOPIC, str(act), {"act": act, "rows": report.taken})


def _refuse_what_contradicts(store: Store, checker: Checker, report: ImportReport) -> None:
    """Whole reports with a row that does not belong, and a payload that says two things of one cell."""
    report.rejected += store.drop_groups(checker.refused)
    report.refused_whole = bool(checker.refused)
    if twice := store.duplicates():
        for uid, indexes in twice:
            for index in indexes:
                report.note("E8128", uid, index)
        report.rejected += store.drop_groups(set(checker.rows_of_group))
        report.refused_whole = True


def _note_act(cursor: Any, actor: Actor, kind: Kind, options: ImportOptions, rows: int) -> int:
    typed = options.typed
    cursor.execute(
        "INSERT INTO statistics_act (account_id, actor, kind, reason, rows, sent_key, typed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() - %s::interval) RETURNING id",
        [
            actor.account_id, actor.name, kind, options.reason, rows, typed.key if typed else None,
            typed.typed_ago if typed else None,
        ],
    )  # fmt: skip
    return int(cursor.fetchone()[0])


def _complete(cursor: Any, store: Store, checker: Checker, report: ImportReport, act: int) -> None:
    """Reports that came with their day of completion are complete."""
    for number, (group, address) in checker.addresses.items():
        if number in checker.refused or not group.data_set:
            continue
        day = day_of(group.complete_day)
        if day is None:
            continue
        cursor.execute(
            "INSERT INTO statistics_completion (data_set_id, period_id, unit_id, attribute_id, place_id, facility_id,"
            " completed, day, act_id) VALUES (%s, %s, %s, %s, %s, %s, true, %s, %s)"
            " ON CONFLICT (data_set_id, period_id, unit_id, attribute_id)"
            " DO UPDATE SET completed = true, day = excluded.day, stored_by = '', act_id = excluded.act_id",
            [
                address.data_set.id, store.period_id(address.period), address.unit.id,
                store.number_of(address.attribute), address.place_id, address.unit.facility_id, day, act,
            ],
        )  # fmt: skip
        report.completed = True
