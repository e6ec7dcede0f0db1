"""Temporary access: a record opened by an approver to a student or an outside officer, for a purpose, by a paper, for a time.

Luật Khám bệnh, chữa bệnh 15/2023 Đ69.3-4. The grant ends by itself; the table `access_grant` holds the limits (another's
account, a year at most, never the sex of a fetus). Sensitive labels stay shut: none is opened here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.grants import NewGrant, open_grant, revoke_grant
from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError

PURPOSE = "access_approval"
SHORTEST_REASON = 10
LONGEST_DAYS = 365


@dataclass(frozen=True)
class Ground:
    """Why a record is opened: to whom (role), for which purpose, and what the holder may do with it."""

    title: tuple[str, str]
    role: str
    purpose: str
    permissions: tuple[str, ...]


_TAKES_COPY = ("record.read", "record.export")
GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        "training": Ground(("Học tập, thực hành", "Study and practice"), "student", "training", ("record.read",)),
        "police": Ground(("Cơ quan điều tra", "Police inquiry"), "outside_officer", "legal_request", _TAKES_COPY),
        "court": Ground(("Toà án, viện kiểm sát", "Court or prosecution"), "outside_officer", "legal_request", _TAKES_COPY),
        "inspection": Ground(("Thanh tra", "Inspection"), "outside_officer", "legal_request", ("record.read",)),
        "insurer": Ground(
            ("Bảo hiểm, theo yêu cầu bằng văn bản của người bệnh", "Insurer, by the person's written request"),
            "outside_officer", "legal_request", ("record.read",),
        ),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """An account that access may be opened to."""

    id: int
    name: str
    username: str
    role: str


@dataclass(frozen=True)
class Opened:
    """One temporary access, living or over."""

    id: int
    person_id: int
    holder: str
    ground: str
    paper: str
    reason: str
    opened_by: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None

    @property
    def living(self) -> bool:
        return self.revoked_at is None and self.ends_at > timezone.now()

    @property
    def title(self) -> tuple[str, str]:
        return GROUNDS[self.ground].title if self.ground in GROUNDS else (self.ground, self.ground)


def holders(_scope: Scope) -> list[Holder]:
    """Students and outside officers with a role today, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT c.id, c.full_name, c.username, a.role FROM accounts_assignment a
            JOIN accounts_account c ON c.id = a.account_id AND c.is_active
            WHERE a.role = ANY (%s) AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
            ORDER BY c.full_name, c.id
            """,
            [sorted({ground.role for ground in GROUNDS.values()})],
        )
        return [Holder(*row) for row in cursor.fetchall()]


def opened(_scope: Scope, limit: int = 100) -> list[Opened]:
    """Temporary access, what lives first: to an approver what their facility opened, to a holder their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT g.id, g.person_id, coalesce(h.full_name, ''), g.reason_code, g.source, g.reason, coalesce(o.full_name, ''),
                   g.starts_at, g.ends_at, g.revoked_at
            FROM access_grant g LEFT JOIN accounts_account h ON h.id = g.account_id
            LEFT JOIN accounts_account o ON o.id = g.opened_by
            WHERE g.kind = 'temporary' AND (g.opened_by = access_actor() OR g.account_id = access_actor() OR EXISTS (
                SELECT 1 FROM accounts_assignment a WHERE a.account_id = g.opened_by
                  AND a.facility_id = ANY (access_scope_facilities())))
            ORDER BY (g.revoked_at IS NULL AND g.ends_at > now()) DESC, g.ends_at DESC, g.id DESC LIMIT %s
            """,
            [limit],
        )
        return [Opened(*row) for row in cursor.fetchall()]


def check_terms(ground: str, paper: str, reason: str, last_day: date, today: date) -> None:
    """Raises HosoError HS2133 naming what is missing. Asked before anybody is looked for."""
    missing = None
    if ground not in GROUNDS:
        missing = ("lý do mở", "the ground")
    elif not paper.strip():
        missing = ("số văn bản", "the number of the paper")
    elif len(reason.strip()) < SHORTEST_REASON:
        missing = ("lý do bằng lời", "the reason in words")
    elif not today <= last_day < today + timedelta(days=LONGEST_DAYS):
        missing = ("ngày kết thúc", "the last day")
    if missing:
        raise HosoError("HS2133", missing=" / ".join(missing))


def open_temporary(
    actor: Actor, scope: Scope, person_id: int, account_id: int, ground: str, paper: str, reason: str, last_day: date
) -> int:
    """Open the record until the end of the last day; gives the grant's number. Runs inside `reading.read`.

    Raises HosoError HS2106 for somebody who was never in care at the approver's facility, HS2133 for an account without the
    ground's role, HS2101 where the database refuses.
    """
    known = GROUNDS[ground]
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_was_in_care_here(%s)", [person_id])
        if not cursor.fetchone()[0]:
            raise HosoError("HS2106")
    if not any(one.id == account_id and one.role == known.role for one in holders(scope)):
        raise HosoError("HS2133", missing="tài khoản / the account")
    ends_at = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))
    return open_grant(
        actor,
        NewGrant(
            person_id=person_id, kind="temporary", purpose=known.purpose, permissions=known.permissions, ends_at=ends_at,
            reason_code=ground, reason=reason.strip()[:1000], account_id=account_id, source=f"paper {paper.strip()[:100]}",
        ),
        role=scope.role.key, purpose=PURPOSE,
    )  # fmt: skip


def end_temporary(actor: Actor, scope: Scope, grant_id: int, reason: str) -> None:
    """End one before its time. Raises HosoError HS2133 without words, HS2102 where no temporary access is left to end."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise HosoError("HS2133", missing="lý do bằng lời / the reason in words")
    if not any(one.id == grant_id and one.living for one in opened(scope, 10_000)):
        raise HosoError("HS2102")
    revoke_grant(actor, grant_id, reason.strip()[:500], role=scope.role.key, purpose=PURPOSE)
