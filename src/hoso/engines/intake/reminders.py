"""Reminding a silent facility: a notice to each of its records officers, once a day, under the name of whoever reminds."""

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.notices import leave_notice
from hoso.engines.intake.filing import PURPOSE

ROLE = "facility_records_officer"


def remind(actor: Actor, facility_id: int) -> int:
    """Leave the notices; returns how many officers are told. Raises HosoError HS2001, HS3350 where the facility has none."""
    scope = policy.decide(actor, "sender.remind", PURPOSE)
    today = timezone.localdate()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.account_id FROM accounts_assignment s JOIN accounts_account a ON a.id = s.account_id AND a.is_active"
            " WHERE s.role = %s AND s.facility_id = %s AND s.valid_from <= %s AND (s.valid_to IS NULL OR s.valid_to > %s)",
            [ROLE, facility_id, today, today],
        )
        officers = [row[0] for row in cursor.fetchall()]
        if not officers:
            raise HosoError("HS3350")
        for account_id in officers:
            leave_notice(
                account_id,
                f"reminder/{facility_id}/{today.isoformat()}",
                "Chưa nhận được gói hồ sơ mới của cơ sở; xem bảng gửi hồ sơ.",
                "No new package of your facility has come; see the sender board.",
                "/intake/senders/",
            )
        record_event(
            AuditEvent(
                actor, scope.role.key, PURPOSE, "create", object=f"reminder/{facility_id}", facility_id=facility_id,
                found=len(officers),
            )
        )  # fmt: skip
    return len(officers)
