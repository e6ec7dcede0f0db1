"""Secrets of hospital software: kept slow and salted, of one facility, rotated with an overlap, revoked at once."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.insurer_secrets import credential_of, issue_secret, md5_of, revoke_secret, rotate_secret
from hoso.core.accounts.insurer_sessions import credential_of_session, open_session
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import AccessHours, Credential
from hoso.core.accounts.rate_limits import count_try, is_used_up
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(actor: Callable[..., Actor]) -> Actor:
    return actor("administrator")


def test_only_a_salted_slow_hash_is_kept(administrator: Actor) -> None:
    issued = issue_secret(administrator, ensure_facility("01000"))
    kept = Credential.objects.get()
    assert kept.secret_hash.startswith("argon2$argon2id$")
    assert md5_of(issued.password) not in kept.secret_hash and issued.password not in kept.secret_hash
    assert credential_of("01000_BV", md5_of(issued.password)) == kept
    assert credential_of("01000_BV", md5_of(issued.password).lower()) == kept
    for wrong in (issued.password, md5_of("x"), "", kept.secret_hash):
        assert credential_of("01000_BV", wrong) is None
    assert credential_of("nobody", md5_of(issued.password)) is None


def test_the_database_takes_no_quick_hash_and_no_secret_without_a_facility(administrator: Actor) -> None:
    issue_secret(administrator, ensure_facility("01000"))
    for change in ({"secret_hash": md5_of("x")}, {"facility": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Credential.objects.update(**change)


def test_a_facility_and_a_name_have_one_secret(administrator: Actor) -> None:
    issue_secret(administrator, ensure_facility("01000"))
    for facility, name in (("01000", ""), ("01000", "other"), ("01999", "01000_BV"), ("01999", administrator.name)):
        with pytest.raises(HosoError, match="HS3310"):
            issue_secret(administrator, ensure_facility(facility), name)


def test_rotating_leaves_the_old_one_for_the_overlap_and_revoking_ends_all(administrator: Actor) -> None:
    old = md5_of(issue_secret(administrator, ensure_facility("01000")).password)
    new = md5_of(rotate_secret(administrator, "01000_BV").password)
    assert credential_of("01000_BV", old) and credential_of("01000_BV", new)
    third = md5_of(rotate_secret(administrator, "01000_BV", overlap=timedelta(0)).password)
    assert not credential_of("01000_BV", old) and not credential_of("01000_BV", new)
    session = open_session("01000_BV", third)
    assert session and credential_of_session(session.access_token, session.id_token, third)
    assert revoke_secret(administrator, "01000_BV") == 1
    assert not credential_of_session(session.access_token, session.id_token, third)
    with pytest.raises(HosoError, match="HS3311"):
        rotate_secret(administrator, "01000_BV")


def test_the_parts_of_a_session_belong_together(administrator: Actor) -> None:
    given = md5_of(issue_secret(administrator, ensure_facility("01000")).password)
    one, other = open_session("01000_BV", given), open_session("01000_BV", given)
    assert one and other
    for parts in (
        (one.access_token, one.id_token, md5_of("x")),
        (one.access_token, "0" * 64, given),
        (one.access_token + "x", one.id_token, given),
        ("", "", ""),
    ):
        assert credential_of_session(*parts) is None


def test_tries_are_counted_in_a_window(db: Any) -> None:
    minute = timedelta(days=3000)
    assert [count_try("a", 2, minute) for _ in range(3)] == [True, True, False]
    assert is_used_up("a", 2, minute) and not is_used_up("b", 2, minute)


def test_a_secret_keeps_to_the_accounts_hours(administrator: Actor) -> None:
    given = md5_of(issue_secret(administrator, ensure_facility("01000")).password)
    with as_operator():
        AccessHours.objects.create(
            account=Credential.objects.get().account, days=127, starts=time(7), ends=time(17), outside="refuse"
        )
    tomorrow = timezone.localtime() + timedelta(days=1)
    with time_machine.travel(tomorrow.replace(hour=10)):
        assert open_session("01000_BV", given)
    with time_machine.travel(tomorrow.replace(hour=20)):
        assert open_session("01000_BV", given) is None
