"""What the database itself refuses, whatever the code does: states, tries, bindings, removal."""

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.tests.clinic import Clinic, last_code
from hoso.core.database.session import acting_transaction

OFFERED = {
    "jump to active": "state = 'active'",
    "count two tries at once": "attempts = attempts + 2",
    "forget a try": "attempts = attempts - 1",
    "a sixth try": "attempts = 6",
    "another person's code": "source_person_id = 9",
    "another practitioner": "practitioner_id = started_by",
    "another facility": "facility_id = facility_id + 1",
    "another visit": "encounter = 'TD-2'",
    "a longer code": "code_ends_at = code_ends_at + interval '1 second'",
    "another code": "digest = 'x'",
    "end without a reason": "state = 'revoked', closed_at = now()",
    "verify after the end": "state = 'verified', verified_at = code_ends_at",
}
ACTIVE = {
    "prolong": "ends_at = ends_at + interval '1 second'",
    "go back": "state = 'offered'",
    "count a try": "attempts = attempts + 1",
    "another grant": "grant_id = grant_id + 1",
    "drop the consent": "consent_id = NULL",
}


def _refused(clinic: Clinic, statement: str, share_id: UUID) -> bool:
    with acting_transaction(clinic.desk.account_id, offers.PURPOSE):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [share_id])
                return False
        except DatabaseError:
            return True


def _update(clinic: Clinic, share_id: UUID, change: str) -> bool:
    return _refused(clinic, f"UPDATE sharing_share SET {change} WHERE id = %s", share_id)


@pytest.mark.parametrize("change", OFFERED.values(), ids=OFFERED)
def test_an_offer_is_not_bent(change: str, clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    assert _update(clinic, share_id, change)
    assert not _update(clinic, share_id, "attempts = attempts + 1")


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE)
def test_an_open_share_is_not_bent(change: str, clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    actions.verify(clinic.desk, share_id, last_code())
    assert _update(clinic, share_id, change)


def test_what_has_ended_does_not_come_back(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    actions.revoke(clinic.desk, share_id)
    for change in ("state = 'offered', closed_at = NULL, close_reason = ''", "close_reason = 'x'", "attempts = 1"):
        assert _update(clinic, share_id, change), change


@pytest.mark.parametrize(
    "statement", ["DELETE FROM sharing_share WHERE id = %s", "TRUNCATE sharing_share -- %s", "DELETE FROM consent_decision -- %s"]
)  # fmt: skip
def test_nothing_is_removed(statement: str, clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    assert _refused(clinic, statement, share_id)
    assert clinic.share(share_id).state == "offered"


def test_a_stranger_changes_nothing(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    with acting_transaction(clinic.stranger.account_id, offers.PURPOSE), connection.cursor() as cursor:
        cursor.execute("UPDATE sharing_share SET attempts = attempts + 1 WHERE id = %s", [share_id])
        assert cursor.rowcount == 0
