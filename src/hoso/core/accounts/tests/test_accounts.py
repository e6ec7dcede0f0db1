"""AU1, AU7, AU9: who owns an account, who may change it, when it is locked; refused by the database as well."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import (
    Details,
    NewAccount,
    create_account,
    create_account_without_password,
    edit_account,
    lock_account,
    operator,
    unlock_account,
)
from hoso.core.accounts.assigning import Post, assign, end_assignment
from hoso.core.accounts.credentials import credential_of_token, issue_token, note_use
from hoso.core.accounts.disuse import lock_unused
from hoso.core.accounts.machines import INTAKE_SERVICE
from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture
def manager(account_with_role: Make) -> Actor:
    account = account_with_role("administrator")
    return Actor(account.pk, account.username, "test")


@pytest.fixture
def events(account_with_role: Make) -> Callable[[], list[tuple[str, str, str]]]:
    """The newest audit events, as an overseer sees them."""

    def read() -> list[tuple[str, str, str]]:
        overseer = account_with_role("overseer")
        with acting_transaction(overseer.pk, "oversight"), connection.cursor() as cursor:
            cursor.execute("SELECT action, object, reason FROM audit_event ORDER BY id DESC LIMIT 5")
            return list(cursor.fetchall())

    return read


def _code(act: Callable[[], Any]) -> str:
    with pytest.raises(HosoError) as refusal:
        act()
    return refusal.value.code


def test_an_account_without_an_owner_is_refused(manager: Actor) -> None:
    nobody = NewAccount("phongkham", "  ", "clinical", "intake_officer")
    machine = NewAccount("maychu", "Máy chủ HIS", "service", "intake_service")
    assert _code(lambda: create_account(manager, nobody)) == "HS2200"
    assert _code(lambda: create_account(manager, machine)) == "HS2200"
    owned = create_account(
        manager, NewAccount("maychu", "Máy chủ HIS", "service", "intake_service", owner_id=manager.account_id)
    )
    assert owned.account.owner_id == manager.account_id


def test_the_database_itself_refuses_an_account_without_an_owner() -> None:
    for fields in ({"full_name": "HIS", "kind": "service"}, {"full_name": "", "kind": "clinical"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create_user("x", None, **fields)


def test_one_human_has_one_account_of_a_kind(manager: Actor) -> None:
    first = NewAccount("ha.tran", "Trần Thu Hà", "clinical", "intake_officer", personal_number="079180000001")
    create_account(manager, first)
    again = NewAccount("ha.tran2", "Trần Thu Hà", "clinical", "intake_officer", personal_number="0791 8000 0001")
    assert _code(lambda: create_account(manager, again)) == "HS2209"
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(a)::text, '') FROM accounts_account a")
        assert "079180000001" not in cursor.fetchone()[0]


def test_a_role_that_is_held_somewhere_needs_a_place(manager: Actor) -> None:
    assert _code(lambda: create_account(manager, NewAccount("bs.a", "A", "clinical", "doctor"))) == "HS2215"
    assert _code(lambda: create_account(manager, NewAccount("bs.a", "A", "clinical", "wizard"))) == "HS2214"


def test_nobody_changes_their_own_account(manager: Actor, events: Make) -> None:
    own = manager.account_id
    post = Post("intake_officer", None, None, date.today())
    for act in (
        lambda: assign(manager, own, post),
        lambda: edit_account(manager, own, Details("X", "", "technical")),
        lambda: lock_account(manager, own, "left"),
        lambda: unlock_account(manager, own, "x"),
        lambda: end_assignment(manager, Assignment.objects.get(account_id=own).pk),
    ):
        assert _code(act) == "HS2206"
    assert events()[0][:2] == ("refuse", f"Account/{own}")


def test_who_does_not_manage_accounts_is_refused(actor: Make, account_with_role: Make) -> None:
    other = account_with_role("doctor").pk
    post = Post("intake_officer", None, None, date.today())
    assert _code(lambda: assign(actor("doctor"), other, post)) == "HS2001"


def test_the_database_refuses_a_role_written_past_the_code(manager: Actor, account_with_role: Make) -> None:
    doctor = account_with_role("doctor")
    row = {"account": doctor, "role": "intake_officer", "valid_from": date.today()}
    for who, purpose in ((doctor.pk, "treatment"), (doctor.pk, "administration"), (manager.account_id, "oversight")):
        with pytest.raises(DatabaseError), acting_transaction(who, purpose):
            Assignment.objects.create(**row)
    with pytest.raises(DatabaseError), acting_transaction(manager.account_id, "administration"):
        Assignment.objects.create(
            **{**row, "account_id": manager.account_id, "account": None or Account(pk=manager.account_id)}
        )
    with acting_transaction(manager.account_id, "administration"):
        assert Assignment.objects.create(**row).pk


def test_duties_are_kept_apart(manager: Actor, account_with_role: Make) -> None:
    administrator, overseer = account_with_role("administrator"), account_with_role("overseer")
    for account, role in ((administrator, "overseer"), (administrator, "intake_officer"), (overseer, "administrator")):
        post = Post(role, None, None, date.today())
        assert _code(lambda account=account, post=post: assign(manager, account.pk, post)) == "HS2207"  # type: ignore[misc]


def test_duties_may_follow_one_another(manager: Actor, account_with_role: Make) -> None:
    overseer = account_with_role("overseer")
    end_assignment(manager, overseer.assignments.get().pk)
    assign(manager, overseer.pk, Post("administrator", None, None, date.today()))
    assert overseer.assignments.count() == 2


def test_giving_a_held_role_again_changes_nothing(manager: Actor, account_with_role: Make) -> None:
    account = account_with_role("intake_officer")
    assign(manager, account.pk, Post("intake_officer", None, None, date.today()))
    assert account.assignments.count() == 1


def test_a_role_given_and_ended_on_one_day_ends_with_it(manager: Actor, account_with_role: Make) -> None:
    account = account_with_role("intake_officer")
    today = timezone.localdate()
    given = assign(manager, account.pk, Post("overseer", None, None, today))
    end_assignment(manager, given.pk)
    given.refresh_from_db()
    assert given.valid_to == today + timedelta(days=1)


def test_an_account_unused_for_45_days_is_locked(account_with_role: Make, events: Make) -> None:
    idle, busy, token_user = (account_with_role("doctor") for _ in range(3))
    start = timezone.now()
    token = issue_token(token_user, "phần mềm", 300)
    with time_machine.travel(start + timedelta(days=40)):
        Account.objects.filter(pk=busy.pk).update(last_login=timezone.now())
        used = credential_of_token(token)
        assert used
        note_use(used)
        assert lock_unused(operator("test")) == []
    with time_machine.travel(start + timedelta(days=46)):
        assert idle.username in lock_unused(operator("test"))
        assert lock_unused(operator("test")) == []
        assert {account.is_active for account in Account.objects.filter(pk__in=[busy.pk, token_user.pk])} == {True}
    idle.refresh_from_db()
    assert (idle.is_active, idle.lock_reason) == (False, "disuse")
    assert Account.objects.get(username=INTAKE_SERVICE).is_active
    assert events()[0] == ("update", f"Account/{idle.pk}", "locked: disuse")


def test_unlocking_gives_another_45_days_and_needs_a_reason(
    manager: Actor, account_with_role: Make, events: Make
) -> None:
    account = account_with_role("doctor")
    with time_machine.travel(timezone.now() + timedelta(days=46)):
        assert account.username in lock_unused(operator("test"))
        assert _code(lambda: unlock_account(manager, account.pk, "  ")) == "HS2213"
        unlock_account(operator("test"), account.pk, "trực lại sau nghỉ thai sản")
        told = events()[0][2]
        assert lock_unused(operator("test")) == []
    account.refresh_from_db()
    assert account.is_active
    assert "thai sản" in told


def test_only_a_manager_unlocks_or_changes_the_kind(account_with_role: Make, manager: Actor) -> None:
    account = account_with_role("doctor")
    lock_account(manager, account.pk, "administrator")
    for change in ({"is_active": True}, {"kind": "administrator"}, {"owner_id": manager.account_id}):
        with pytest.raises(DatabaseError), acting_transaction(account.pk, "treatment"):
            Account.objects.filter(pk=account.pk).update(**change)


def test_who_leaves_loses_sessions_and_tokens(account_with_role: Make, manager: Actor) -> None:
    account = account_with_role("doctor")
    token = issue_token(account, "phần mềm", 30)
    lock_account(manager, account.pk, "left")
    assert credential_of_token(token) is None
    unlock_account(manager, account.pk, "quay lại làm việc")
    assert credential_of_token(token) is None


def test_an_account_made_without_a_password_cannot_be_entered(manager: Actor) -> None:
    account = create_account_without_password(
        manager, NewAccount("lan.pham", "Phạm Thị Lan", "technical", "intake_officer")
    )
    assert not account.has_usable_password()
