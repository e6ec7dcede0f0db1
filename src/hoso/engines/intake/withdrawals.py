"""Reading the requests to withdraw visits. Runs inside `access.reading.read`."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.policy import Scope


@dataclass(frozen=True)
class WithdrawalRow:
    """One request with what became of it."""

    id: int
    facility_name: str
    ma_lk: str
    package_id: int
    ordinal: int
    kind: str
    reason: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime
    decision: str | None  # approved, declined; None: waiting
    decided_by_name: str
    decided_at: datetime | None
    undo_reason: str | None
    undone_at: datetime | None
    in_force: bool

    @property
    def is_replaced(self) -> bool:
        """A corrected sending of the visit arrived since."""
        return self.decision == "approved" and self.undone_at is None and not self.in_force


def withdrawals(scope: Scope, limit: int = 200) -> list[WithdrawalRow]:
    """Requests in scope: those waiting first, then the newest."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT w.id, f.name, w.ma_lk, w.package_id, w.ordinal, w.kind, w.reason, w.asked_by, a.full_name, w.asked_at,
                   w.decision, coalesce(d.full_name, ''), w.decided_at, w.undo_reason, w.undone_at,
                   coalesce((SELECT v.withdrawn_by = w.id FROM intake_current_visit c JOIN intake_visit v
                             ON v.package_id = c.package_id AND v.ordinal = c.ordinal
                             WHERE c.facility_id = w.facility_id AND c.ma_lk = w.ma_lk), false)
            FROM intake_withdrawal w
            JOIN places_facility f ON f.id = w.facility_id
            JOIN accounts_account a ON a.id = w.asked_by
            LEFT JOIN accounts_account d ON d.id = w.decided_by
            WHERE {scope.facilities("w")}
            ORDER BY w.decision IS NOT NULL, w.id DESC LIMIT %s
            """,
            [limit],
        )
        return [WithdrawalRow(*row) for row in cursor.fetchall()]
