"""Notices: left once, seen by their account alone."""

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.messages.notices import leave_notice, mark_read, unread_notices

MakeAccount = Callable[..., Account]


def _actor(account: Account) -> Actor:
    return Actor(account.pk, account.username, "test")


def test_a_notice_left_twice_under_one_key_is_told_once(db: None, account_with_role: MakeAccount) -> None:
    sender = account_with_role("intake_officer")
    for _ in range(2):
        leave_notice(sender.pk, "package/7", "Gói bị từ chối.", "The package was refused.", "/intake/packages/7/")
    (notice,) = unread_notices(_actor(sender))
    assert (notice.text_vi, notice.link) == ("Gói bị từ chối.", "/intake/packages/7/")


def test_nobody_sees_or_puts_away_the_notices_of_another(db: None, account_with_role: MakeAccount) -> None:
    sender, other = account_with_role("intake_officer"), account_with_role("doctor")
    leave_notice(sender.pk, "package/8", "Có hồ sơ bị cách ly.", "A visit is in quarantine.")
    assert unread_notices(_actor(other)) == []
    mark_read(_actor(other), 10**9)
    assert len(unread_notices(_actor(sender))) == 1


def test_a_notice_put_away_is_no_longer_unread(db: None, account_with_role: MakeAccount) -> None:
    sender = _actor(account_with_role("intake_officer"))
    leave_notice(sender.account_id, "package/9", "Một", "One")
    mark_read(sender, unread_notices(sender)[0].id)
    assert unread_notices(sender) == []


def test_the_text_of_a_notice_cannot_be_changed(db: None, account_with_role: MakeAccount) -> None:
    sender = account_with_role("intake_officer")
    leave_notice(sender.pk, "package/10", "Một", "One")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE messages_notice SET text_vi = 'khác'")
