"""A licence to practise: given by another who saw it, of one person at work, its history kept; the database refuses too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.account_import import import_accounts
from hoso.core.accounts.actions import NewAccount, create_account_without_password, lock_account
from hoso.core.accounts.licence_numbers import licence_number
from hoso.core.accounts.licences import end_licence, give_licence, licences
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility

pytestmark = pytest.mark.django_db
NUMBER, PROOF = "001234/HCM-CCHN", "Sở Y tế cấp 01/02/2020, xem bản gốc"
Make = Callable[..., Any]


@pytest.fixture
def manager(account_with_role: Make) -> Actor:
    account = account_with_role("administrator")
    return Actor(account.pk, account.username, "test")


@pytest.fixture
def doctor(manager: Actor) -> Callable[[str], Account]:
    def make(name: str, kind: str = "clinical") -> Account:
        facility = ensure_facility("80936")
        return create_account_without_password(manager, NewAccount(name, name, kind, "doctor", facility.pk))

    return make


def _code(act: Callable[[], Any]) -> str:
    with pytest.raises(HosoError) as refusal:
        act()
    return refusal.value.code


def _held(manager: Actor, account: Account) -> list[tuple[str, bool]]:
    with acting_transaction(manager.account_id, "administration"):
        return [(one.number, one.ended_at is None) for one in licences(account.pk)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("001234/hcm-cchn", NUMBER),
        (" 001234 / HCM-CCHN ", NUMBER),
        ("001234/HCM-CCHN.TX.01001", NUMBER),
        ("001234/HCM-CCHN.HD.01001", NUMBER),
        ("001234/HCM.GPHN", "001234/HCM.GPHN"),
        ("12", ""),
        ("1;2345", ""),
        ("", ""),
        ("x" * 51, ""),
    ],
)
def test_one_way_of_writing(written: str, number: str) -> None:
    assert licence_number(written) == number


def test_a_new_number_takes_the_place_of_the_old_and_both_are_kept(manager: Actor, doctor: Make) -> None:
    account = doctor("bs.mot")
    give_licence(manager, account.pk, "cũ-000001", PROOF)
    give_licence(manager, account.pk, NUMBER, PROOF)
    give_licence(manager, account.pk, NUMBER, PROOF)  # the same again is nothing
    assert _held(manager, account) == [(NUMBER, True), ("CŨ-000001", False)]
    end_licence(manager, account.pk)
    assert _held(manager, account) == [(NUMBER, False), ("CŨ-000001", False)]


def test_it_is_of_one_person_at_work(manager: Actor, doctor: Make) -> None:
    first, second = doctor("bs.mot"), doctor("bs.hai")
    give_licence(manager, first.pk, NUMBER, PROOF)
    assert _code(lambda: give_licence(manager, second.pk, NUMBER.lower(), PROOF)) == "HS2134"
    lock_account(manager, first.pk, "left")
    give_licence(manager, second.pk, NUMBER, PROOF)
    assert (_held(manager, first), _held(manager, second)) == ([(NUMBER, False)], [(NUMBER, True)])


def test_what_is_not_taken(manager: Actor, doctor: Make, account_with_role: Make) -> None:
    account, technician = doctor("bs.mot"), doctor("kt.mot", "technical")
    assert _code(lambda: give_licence(manager, account.pk, "1;2", PROOF)) == "HS2400"
    assert _code(lambda: give_licence(manager, account.pk, NUMBER, "xem rồi")) == "HS2400"
    assert _code(lambda: give_licence(manager, technician.pk, NUMBER, PROOF)) == "HS2400"
    assert _code(lambda: give_licence(manager, manager.account_id, NUMBER, PROOF)) == "HS2206"
    assert _code(lambda: give_licence(manager, 0, NUMBER, PROOF)) == "HS2205"
    someone = account_with_role("overseer")
    other = Actor(someone.pk, someone.username, "test")
    assert _code(lambda: give_licence(other, account.pk, NUMBER, PROOF)) == "HS2001"


INSERT = "INSERT INTO accounts_licence (account_id, number, proof, given_by) VALUES (%s, %s, %s, %s)"


def test_the_database_refuses_it_past_the_code(manager: Actor, doctor: Make) -> None:
    account, technician = doctor("bs.mot"), doctor("kt.mot", "technical")

    def refused(actor: int, statement: str, *values: Any) -> bool:
        try:
            with transaction.atomic(), acting_transaction(actor, "administration"), connection.cursor() as cursor:
                cursor.execute(statement, values)
                return bool(cursor.rowcount == 0)
        except DatabaseError:
            return True

    by = manager.account_id
    assert refused(account.pk, INSERT, account.pk, NUMBER, PROOF, account.pk), "one's own"
    assert refused(by, INSERT, account.pk, NUMBER, PROOF, technician.pk), "in another's name"
    assert refused(by, INSERT, technician.pk, NUMBER, PROOF, by), "of who does not treat"
    assert refused(by, INSERT, account.pk, NUMBER.lower(), PROOF, by), "written otherwise"
    assert refused(by, INSERT, account.pk, NUMBER, "", by), "without proof"
    assert not refused(by, INSERT, account.pk, NUMBER, PROOF, by)
    assert refused(by, INSERT, doctor("bs.hai").pk, NUMBER, PROOF, by), "twice"
    assert refused(by, "UPDATE accounts_licence SET number = 'X-1234' WHERE number = %s", NUMBER)
    assert refused(by, "DELETE FROM accounts_licence WHERE number = %s", NUMBER)


def _list(folder: Path, *lines: str) -> Path:
    path = folder / "accounts.csv"
    path.write_text("facility_code,full_name,role,licence,licence_proof\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_by_a_list(manager: Actor, tmp_path: Path) -> None:
    ensure_facility("80936")
    first = f'80936,Trần Thu Hà,doctor,{NUMBER.lower()},"{PROOF}"'
    report = import_accounts(manager, _list(tmp_path, first))
    assert [row.outcome for row in report.rows] == ["created"]
    account = Account.objects.get(username="ha.tt.80936")
    assert _held(manager, account) == [(NUMBER, True)]
    again = import_accounts(
        manager,
        _list(tmp_path, first, f'80936,Lê Văn Ba,doctor,{NUMBER},"{PROOF}"', "80936,Võ Thị Tư,doctor,002345/X-GPHN,"),
    )
    assert [(row.outcome, row.error and row.error.code) for row in again.rows] == [
        ("unchanged", None), ("refused", "HS2134"), ("refused", "HS2400"),
    ]  # fmt: skip
    assert not Account.objects.filter(username__in=["ba.lv.80936", "tu.vt.80936"]).exists(), "a row is taken whole"
