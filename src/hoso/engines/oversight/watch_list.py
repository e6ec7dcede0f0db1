"""The watch list: persons whose records are opened by many who have no business there, kept by the case desk (sensor S3).

The desk knows a person by a code and nothing else. An entry is never changed or removed: what ends it is another version
(migrations/sql/0017_watch_list.sql). Each change is an event of the audit that names the entry, and every officer is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError
from hoso.engines.oversight.cases import PURPOSE
from hoso.engines.oversight.handling import at_the_desk, said_words
from hoso.engines.oversight.telling import tell_desk

KINDS = {
    "public_figure": ("Người của công chúng", "Public figure"),
    "in_the_news": ("Đang được báo chí, mạng xã hội nhắc tới", "In the news"),
    "staff": ("Nhân viên y tế là người bệnh", "Staff as a patient"),
    "other": ("Khác", "Other"),
}
ADDRESS = "/oversight/watch/"


@dataclass(frozen=True)
class Version:
    """What was said of an entry at one time, and by whom. `last_day` still counts; None: until somebody ends it."""

    entry: int
    person_id: int
    kind: str
    first_day: date
    last_day: date | None
    reason: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class Entry:
    """One time of watching a person: its versions, the oldest first."""

    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    def state(self, today: date) -> str:
        """`ahead`, `on` or `over`."""
        if self.latest.last_day and self.latest.last_day < today:
            return "over"
        return "ahead" if self.latest.first_day > today else "on"


def watch_list(scope: Scope) -> list[Entry]:
    """Every entry, those in force first, then the newest. Inside `core.access.reading.read`, for the desk; of the asker nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.entry, w.person_id, w.kind, w.first_day, w.last_day, w.reason, coalesce(nullif(a.full_name, ''), a.username, ''),"
            " w.written_at FROM oversight_watch w LEFT JOIN accounts_account a ON a.id = w.written_by ORDER BY w.entry, w.version"
        )
        told = [Version(*row) for row in cursor.fetchall()]
    today = timezone.localdate()
    return sorted(_entries(told), key=lambda one: (one.state(today) == "over", -one.latest.entry))


def _entries(told: Iterable[Version]) -> list[Entry]:
    found: dict[int, list[Version]] = {}
    for version in told:
        found.setdefault(version.entry, []).append(version)
    return [Entry(tuple(versions)) for versions in found.values()]


def watch_person(actor: Actor, code: str, kind: str, reason: str, first_day: date, last_day: date | None = None) -> int:
    """Watch the person with this HoSo number, or number of a person in the audit; the entry's number.

    Raises HosoError HS7054 for a code of nobody, HS7055 for days that cannot be, HS7056 where the person is watched, HS8028.
    """
    reason = said_words(reason)
    if last_day and last_day < max(first_day, timezone.localdate()):
        raise HosoError("HS7055")
    with at_the_desk(actor, "watch list") as scope, connection.cursor() as cursor:
        cursor.execute("SELECT oversight_person_by_code(%s), oversight_own_person()", [code.strip().upper()])
        person, own = cursor.fetchone()
        if person is None or person == own:
            raise HosoError("HS7054", given=code.strip()[:30])
        cursor.execute(
            "INSERT INTO oversight_watch (person_id, kind, first_day, last_day, reason, written_by) VALUES (%s, %s, %s, %s, %s, %s)"
            " RETURNING entry",
            [person, kind, first_day, last_day, reason, actor.account_id],
        )
        entry = int(cursor.fetchone()[0])
        _tell(actor, scope, "create", entry, 1)
    return entry


def end_watch(actor: Actor, entry: int, last_day: date, reason: str) -> None:
    """Say when the watching ends, today at the earliest. Raises HosoError HS7055, HS7057 where it ended or is not there, HS8028."""
    reason = said_words(reason)
    with at_the_desk(actor, f"watch/{entry}") as scope, connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, kind, first_day FROM oversight_watch WHERE entry = %s ORDER BY version DESC LIMIT 1",
            [entry],
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS7057")
        if last_day < max(row[2], timezone.localdate()):
            raise HosoError("HS7055")
        cursor.execute(
            "INSERT INTO oversight_watch (entry, person_id, kind, first_day, last_day, reason, written_by)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING version",
            [entry, *row, last_day, reason, actor.account_id],
        )
        _tell(actor, scope, "update", entry, int(cursor.fetchone()[0]))


def _tell(actor: Actor, scope: Scope, action: str, entry: int, version: int) -> None:
    """The event names the entry and not the person: the desk looked at nobody's record, and S20 would take it for such a look."""
    record_event(AuditEvent(actor, scope.role.key, PURPOSE, action, object=f"watch/{entry}", found=1))
    tell_desk(
        f"oversight-watch:{entry}:{version}", "Danh sách người được lưu ý vừa thay đổi.", "The watch list was changed.", ADDRESS
    )  # fmt: skip
