"""The inventory by tier: who reaches furthest, who is dormant, shared, orphaned, and who is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from time import monotonic, sleep

import pytest
from django.utils import timezone
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.oversight import queries
from hoso.engines.oversight.collecting import collect_all
from hoso.engines.oversight.queries import AccountLine
from hoso.engines.oversight.tiers import tiers

Make = Callable[..., Actor]


def inventory(overseer: Actor) -> dict[str, AccountLine]:
    lines = read(overseer, "oversight", Asking("audit.read", object="accounts"), queries.accounts)
    return {line.name: line for line in lines}


def test_tiers_by_role_and_the_highest_counts(own_database: Database, actor: Make) -> None:
    doctor, overseer = actor("doctor"), actor("overseer")
    with as_operator():
        Assignment.objects.create(account_id=doctor.account_id, role="intake_officer", valid_from=date(2020, 1, 1))
    lines = inventory(overseer)
    assert (lines[doctor.name].tier, lines[overseer.name].tier, lines["system.operator"].tier) == ("T2", "T1", "T0")


def test_dormant_and_orphaned(own_database: Database, actor: Make) -> None:
    busy, idle, leaver, overseer = actor("doctor"), actor("doctor"), actor("doctor"), actor("overseer")
    long_ago = timezone.now() - tiers().dormant_after - timedelta(days=1)
    Account.objects.filter(pk=idle.account_id).update(active_since=long_ago)
    with as_operator():
        Assignment.objects.filter(account_id=leaver.account_id).update(valid_to=date.today())
        machine = Account.objects.create_user(
            "may", None, full_name="Máy", kind=Account.Kind.SERVICE, owner_id=leaver.account_id
        )
        Assignment.objects.create(account=machine, role="folder_sender", valid_from=date(2020, 1, 1))
    Account.objects.filter(pk=leaver.account_id).update(is_active=False)
    lines = inventory(overseer)
    assert {line.name for line in lines.values() if line.dormant} == {idle.name}
    assert lines["may"].orphaned and lines["may"].owner == leaver.name
    assert not lines[busy.name].orphaned and not lines[leaver.name].orphaned  # a closed account is nobody's risk


@pytest.mark.parametrize(("addresses", "shared"), [("1 2 1 2", True), ("1 1 1 2", False), ("1 1 1 1", False)])
def test_shared_is_there_and_back_within_minutes(
    addresses: str, shared: bool, own_database: Database, actor: Make
) -> None:
    doctor, overseer = actor("doctor"), actor("overseer")
    for last in addresses.split():
        with acting_transaction(doctor.account_id, "treatment"):
            seat = replace(doctor, source=f"192.0.2.{last}")
            record_event(AuditEvent(seat, "doctor", "treatment", "read", 7, "timeline"))
    taken, deadline = 0, monotonic() + 60
    while taken < 4 and monotonic() < deadline:
        taken += collect_all()
        sleep(0.05)
    assert inventory(overseer)[doctor.name].shared is shared
