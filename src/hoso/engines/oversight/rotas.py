"""Rotas: who is on duty where and when, given by facility and month (sensor S9, the explanation by ward shift).

A file is taken whole or not at all: of a month with a gap, whoever stood in the refused row would look off duty. A month given again is
another version (migrations/sql/0018_rotas.sql); the same shifts again are none.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal, RowReport
from hoso.core.files.sheets import SheetRow, read_sheet
from hoso.core.places.models import Facility
from hoso.engines.oversight.cases import PURPOSE
from hoso.engines.oversight.handling import at_the_desk
from hoso.engines.oversight.telling import tell_desk

REQUIRED = ("facility", "account", "first", "last")
OPTIONAL = ("ward", "kind")
KINDS = ("duty", "on_call")
LONGEST = timedelta(hours=48)
LONGEST_WARD = 20


@dataclass(frozen=True, order=True)
class Shift:
    """One time on duty; `ward` is MA_KHOA as visits name it, or empty. Moments with a zone."""

    account_id: int
    ward: str
    first: datetime
    last: datetime
    kind: str


@dataclass(slots=True)
class RotaReport(RowReport):
    """`months`: facility and month that have a new version; `unchanged`: that were given before with the same shifts."""

    months: int = 0
    unchanged: int = 0

    def taken_as(self) -> dict[str, int]:
        return {"months": self.months, "unchanged": self.unchanged}


Months = dict[tuple[str, date], set[Shift]]


def give_rota(actor: Actor, path: Path) -> RotaReport:
    """Take a file of shifts in, CSV or XLSX, in the name of who works at the case desk; where any row is refused, nothing.

    Columns: `facility` (MA_CSKCB), `account` (user name), `first` and `last` (2026-11-30 07:00, of Việt Nam), `ward` (MA_KHOA; empty: the
    whole facility), `kind` (duty or on_call; empty: duty). A shift is of the month in which it begins.
    Raises HosoError HS2001, and HS6008, HS6010, HS6011 where the file as a whole cannot be taken.
    """
    rows = list(read_sheet(path, REQUIRED, OPTIONAL))
    report = RotaReport(rows=len(rows))
    with at_the_desk(actor, "rota") as scope:
        months = _checked(rows, report)
        if not report.refusals:
            for (code, month), shifts in sorted(months.items()):
                new = _give(actor, scope, code, month, sorted(shifts))
                report.months += new
                report.unchanged += not new
    return report


def _checked(rows: list[SheetRow], report: RotaReport) -> Months:
    accounts = dict(
        Account.objects.filter(username__in={row.values["account"] for row in rows}).values_list("username", "pk")
    )
    facilities = set(
        Facility.objects.filter(code__in={row.values["facility"] for row in rows}).values_list("code", flat=True)
    )
    months: Months = defaultdict(set)
    for row in rows:
        values = row.values
        first, last = _moment(values["first"]), _moment(values["last"])
        wrong = {
            "facility": values["facility"] not in facilities and "HS7058",
            "account": values["account"] not in accounts and "HS7059",
            "first": first is None and "HS7060",
            "last": (last is None and "HS7060")
            or (first and last and not first < last <= first + LONGEST and "HS7061"),
            "ward": len(values["ward"]) > LONGEST_WARD and "HS7062",
            "kind": (values["kind"] or KINDS[0]) not in KINDS and "HS7062",
        }
        refused = [
            Refusal(row.number, name, HosoError(code, row=row.number, column=name, value=values[name][:40]))
            for name, code in wrong.items()
            if isinstance(code, str)
        ]
        report.refusals += refused
        if not refused and first and last:
            shift = Shift(accounts[values["account"]], values["ward"], first, last, values["kind"] or KINDS[0])
            months[values["facility"], timezone.localdate(first).replace(day=1)].add(shift)
    return months


def _moment(text: str) -> datetime | None:
    try:
        return timezone.make_aware(datetime.strptime(text.replace("T", " ")[:16], "%Y-%m-%d %H:%M"))
    except ValueError:
        return None


def _give(actor: Actor, scope: Scope, code: str, month: date, shifts: list[Shift]) -> bool:
    """Whether the month has a new version."""
    digest = sha256(
        repr([(s.account_id, s.ward, s.first.isoformat(), s.last.isoformat(), s.kind) for s in shifts]).encode()
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('oversight_rota'))")
        cursor.execute(
            "SELECT r.version, r.sha256 FROM oversight_rota r JOIN places_facility f ON f.id = r.facility_id"
            " WHERE f.code = %s AND r.month = %s ORDER BY r.version DESC LIMIT 1",
            [code, month],
        )
        version, known = cursor.fetchone() or (0, "")
        if known == digest.hexdigest():
            return False
        cursor.execute(
            "INSERT INTO oversight_rota (facility_id, month, version, sha256, given_by)"
            " SELECT id, %s, %s, %s, %s FROM places_facility WHERE code = %s RETURNING id",
            [month, version + 1, digest.hexdigest(), actor.account_id, code],
        )
        rota = cursor.fetchone()[0]
        cursor.executemany(
            "INSERT INTO oversight_shift (rota_id, account_id, ward, first, last, kind) VALUES (%s, %s, %s, %s, %s, %s)",
            [(rota, one.account_id, one.ward, one.first, one.last, one.kind) for one in shifts],
        )
    record_event(
        AuditEvent(
            actor,
            scope.role.key,
            PURPOSE,
            "update",
            object=f"rota/{code}/{month:%Y-%m}/{version + 1}",
            found=len(shifts),
        )
    )
    # Every officer: a rota that is changed afterwards can make a look at night a look on duty.
    tell_desk(
        f"oversight-rota:{code}:{month:%Y-%m}:{version + 1}",
        f"Lịch trực tháng {month:%m/%Y} của cơ sở {code} đã được nhập (lần {version + 1}).",
        f"The rota of {month:%Y-%m} of facility {code} was given (version {version + 1}).", "/oversight/",
    )  # fmt: skip
    return True
