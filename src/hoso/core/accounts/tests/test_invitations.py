"""Invitations: once, until they expire, for one account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hoso.core.accounts.actions import NewAccount, create_account, operator
from hoso.core.accounts.invitations import invite, invited, use_invitation
from hoso.core.accounts.models import Invitation
from hoso.core.errors import HosoError

pytestmark = pytest.mark.django_db


def _refused(act: Callable[[], Any]) -> bool:
    with pytest.raises(HosoError) as refusal:
        act()
    return refusal.value.code == "HS2210"


def test_an_invitation_works_once(account_with_role: Callable[..., Any]) -> None:
    account = account_with_role("doctor")
    token = invite(operator("test"), account.pk)
    assert invited(token) == account
    assert use_invitation(token) == account
    assert _refused(lambda: use_invitation(token))
    assert _refused(lambda: invited(token + "x"))


def test_it_expires_after_a_week(account_with_role: Callable[..., Any]) -> None:
    token = invite(operator("test"), account_with_role("doctor").pk)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert invited(token)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert _refused(lambda: use_invitation(token))


def test_a_newer_one_takes_its_place(account_with_role: Callable[..., Any]) -> None:
    account = account_with_role("doctor")
    first, second = invite(operator("test"), account.pk), invite(operator("test"), account.pk)
    assert _refused(lambda: invited(first))
    assert invited(second) == account


def test_the_token_itself_is_not_kept(account_with_role: Callable[..., Any]) -> None:
    token = invite(operator("test"), account_with_role("doctor").pk)
    assert token not in Invitation.objects.get().token_hash


def test_a_service_is_not_invited(account_with_role: Callable[..., Any]) -> None:
    owner = account_with_role("doctor")
    service = create_account(operator("test"), NewAccount("his", "HIS", "service", "intake_service", owner_id=owner.pk))
    with pytest.raises(HosoError) as refusal:
        invite(operator("test"), service.account.pk)
    assert refusal.value.code == "HS2201"
