"""AU3 and AU4: how long, how mixed, how old a password may be, and which are not taken again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from hoso.core.accounts.machines import MACHINES
from hoso.core.accounts.models import Account, PasswordHistory
from hoso.core.accounts.passwords import must_change, new_password, stands_alone, was_used_before

Make = Callable[..., Account]


# password, taken with a second factor, taken without one
TABLE = [
    ("Ab1-xyz", False, False),  # 7
    ("Ab1-xyzw", True, False),  # 8
    ("abcdefgk", True, False),  # 8, one class
    ("Tram-Xa-2026", True, False),  # 12
    ("Tram-Xa-20260", True, False),  # 13
    ("Tram-Xa-202601", True, True),  # 14, four classes
    ("tram-xa-202601", True, False),  # 14, no capital
    ("TRAM-XA-202601", True, False),  # 14, no small letter
    ("Tram-Xa-Tan-An", True, False),  # 14, no digit
    ("TramXaTanAn202", True, False),  # 14, no other sign
    ("Trạm-Xã-Tân-26", True, True),  # 14 with Vietnamese letters
    ("password", False, False),  # 8, but common
]


@pytest.mark.django_db
@pytest.mark.parametrize(("password", "with_factor", "alone"), TABLE)
def test_which_passwords_are_taken(password: str, with_factor: bool, alone: bool, account_with_role: Make) -> None:
    bare, guarded = account_with_role("doctor"), account_with_role("doctor")
    TOTP.activate(guarded, generate_totp_secret())
    assert (_is_taken(password, guarded), _is_taken(password, bare)) == (with_factor, alone)


@pytest.mark.django_db
def test_a_hash_is_argon2id(account_with_role: Make) -> None:
    account = account_with_role("doctor", password="Mot-mat-khau-dai-2026")
    assert account.password.startswith("argon2$argon2id$v=19$")


@pytest.mark.django_db
def test_no_account_that_comes_with_an_installation_can_be_entered() -> None:
    came = Account.objects.filter(username__in=MACHINES)
    assert {account.username for account in Account.objects.all()} == set(MACHINES)
    assert not any(account.has_usable_password() for account in came)
    assert all(account.kind in Account.WITHOUT_SESSION for account in came)


def test_a_made_password_stands_alone() -> None:
    made = [new_password() for _ in range(200)]
    assert all(stands_alone(password) for password in made)
    assert len(set(made)) == 200


@pytest.mark.django_db
def test_the_last_ten_are_not_taken_again_the_eleventh_is(account_with_role: Make) -> None:
    account = account_with_role("doctor")
    start = timezone.now()
    for number in range(11):
        with time_machine.travel(start + timedelta(minutes=number), tick=False):
            account.set_password(f"Mat-khau-so-{number:02}-A")
            account.save()
    assert PasswordHistory.objects.filter(account=account).count() == 11
    assert [was_used_before(account, f"Mat-khau-so-{number:02}-A") for number in (10, 5, 1, 0)] == [
        True,
        True,
        True,
        False,
    ]
    assert not _is_taken("Mat-khau-so-01-A", account)
    assert _is_taken("Mat-khau-so-00-A", account)


@pytest.mark.django_db
def test_a_rehash_of_the_same_password_is_no_new_password(account_with_role: Make) -> None:
    account = account_with_role("doctor", password="Mot-mat-khau-dai-2026")
    account.password = account.password.replace("argon2$", "argon2$", 1) + "x"
    account.save(update_fields=["password"])
    assert PasswordHistory.objects.filter(account=account).count() == 1


@pytest.mark.django_db
def test_an_administrators_password_is_old_after_sixty_days_a_doctors_is_not(account_with_role: Make) -> None:
    administrator = account_with_role("administrator", password="Mot-mat-khau-dai-2026")
    doctor = account_with_role("doctor", password="Mot-mat-khau-dai-2026")
    for days, why in ((59, ""), (61, "old")):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert must_change(administrator) == why
            assert must_change(doctor) == ""


def _is_taken(password: str, account: Account) -> bool:
    try:
        validate_password(password, account)
    except ValidationError:
        return False
    return True


def test_the_table_has_both_answers() -> None:
    answers: Any = {(with_factor, alone) for _, with_factor, alone in TABLE}
    assert answers == {(False, False), (True, False), (True, True)}
