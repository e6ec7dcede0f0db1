"""A report to be printed: the approved version, an earlier one, or, where none is approved, the figures as they are now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.reports import ReportKey, find_report, state_of
from hoso.engines.statistics.approval.steps import Name
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.forms import form_of
from hoso.engines.statistics.printed.frozen import Frozen, Signed, frozen_copies, last_of_each, read_signed
from hoso.engines.statistics.printed.sheet import PrintedWords, read_words, words_of
from hoso.engines.statistics.units import reach_for

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """`version` is 0 and `sha256` empty where the figures are not frozen; `state` as in approval/reports.py."""

    words: PrintedWords
    figures: Mapping[str, str]
    signed: tuple[Signed, ...]
    state: str
    version: int = 0
    sha256: str = ""


def printed_report(actor: Actor, name: Name, version: int = 0, action: str = "export") -> PrintedReport:
    """The report by the ids of data set, period, unit. `version` 0: as it stands now.

    Raises HosoError: HS2001; HS7003, HS7013 for what is no report or has no form to print; HS7011 out of reach; HS5490 for
    a version that is not there.
    """
    with acting_transaction(actor.account_id, PURPOSE):
        scope = decide(actor, "statistics.read", PURPOSE)
        key = _within_reach(name)
        found = _read(key, version)
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, action, found=len(found.figures),
                       object=f"statistics/{found.words.form}/{key.period.id}/printed/{found.version}")
        )  # fmt: skip
    return found


def versions_of(actor: Actor, name: Name) -> list[Frozen]:
    """The frozen versions of a report. Raises HosoError as `printed_report`."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        found = list(last_of_each(frozen_copies(cursor, _within_reach(name))).values())
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/approval/versions", found=len(found))
        )
    return found


def _within_reach(name: Name) -> ReportKey:
    key = find_report(read_catalogue(), *name)
    if not reach_for("statistics.read").holds(key.place_id, key.unit.facility_id):
        raise HosoError("HS7011", object=name[2][:60])
    return key


def _read(key: ReportKey, version: int) -> PrintedReport:
    with connection.cursor() as cursor:
        state, _ = state_of(cursor, key)
        copies = frozen_copies(cursor, key)
    if version:
        kept = last_of_each(copies).get(version)
        if kept is None:
            raise HosoError("HS5490", version=version)
        return _frozen(kept, key)
    # The copy of the approval that stands: that of a higher tier may have been withdrawn.
    standing = next((one for one in reversed(copies) if one.state == state), None)
    return _frozen(standing, key) if standing else _now(key, state)


def _frozen(one: Frozen, key: ReportKey) -> PrintedReport:
    if not one.words:
        raise HosoError("HS7003", thing="form", name=key.data_set.uid)
    return PrintedReport(read_words(one.words), one.figures, one.signed, one.state, one.version, one.sha256)


def _now(key: ReportKey, state: str) -> PrintedReport:
    form = form_of(key.data_set.uid)
    if form is None:
        raise HosoError("HS7003", thing="form", name=key.data_set.uid)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statistics_figures_of(%(set)s, p.id, %(unit)s)::text,"
            " statistics_round_of(%(set)s, p.id, %(unit)s, 9223372036854775807)::text"
            " FROM statistics_period p WHERE p.iso = %(iso)s",
            dict(zip(("set", "iso", "unit"), key.columns, strict=True)),
        )
        figures, signed = cursor.fetchone() or ("{}", "[]")
    return PrintedReport(words_of(form, key.unit, key.period), json.loads(figures), read_signed(signed), state)
