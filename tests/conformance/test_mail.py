"""Mail from the act it tells of to the folder it lies in: once, encrypted while it waits, tried again, seen by its state."""

import re
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.invitation_mail import invite_by_mail
from hoso.core.accounts.machines import as_operator, operator_id
from hoso.core.accounts.models import AccessHours, Account
from hoso.core.database.session import acting_transaction
from hoso.core.messages.mail import Mail, MailNotSent, ask_for_mail
from hoso.core.messages.notices import unread_notices
from hoso.core.messages.sending import MOST_TRIES, MailState, mails, send_due_mail
from hoso.gateways.mail.simulated import mail_folder
from hoso.web.tests.signing_in import PASSWORD, code_of, has_session, set_up_app, sign_in

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
ADDRESS = "nguoi.nhan@example.vn"


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mail of a demonstration; keys and hashes stay those of the database."""
    settings.MAIL_GATEWAY = "hoso.gateways.mail.simulated.SimulatedMail"
    monkeypatch.setattr("hoso.gateways.mail.simulated.mail_folder", lambda: tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def reader(account_with_role: Make) -> Account:
    account: Account = account_with_role("doctor", username="nguoi.nhan")
    Account.objects.filter(pk=account.pk).update(email=ADDRESS)
    return account


@pytest.fixture
def manager(account_with_role: Make) -> Account:
    account: Account = account_with_role("administrator", username="quantri", password=PASSWORD)
    Account.objects.filter(pk=account.pk).update(email="quan.tri@example.vn")
    return account


def letters(folder: Path) -> list[Any]:
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]


def state_of(account: Account) -> list[MailState]:
    with as_operator():
        return mails(account.pk)


def ask(account: Account, key: str = "x") -> bool:
    return ask_for_mail(account.pk, "break_glass", key, "Có việc cần xem.", "There is something to see.")


def rows() -> str:
    with acting_transaction(operator_id(), "administration"), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(row_to_json(m)::text, ''), '') FROM messages_mail m")
        return str(cursor.fetchone()[0])


def test_a_mail_waits_encrypted_leaves_once_and_keeps_only_its_state(folder: Path, reader: Account) -> None:
    assert ask(reader) and ask(reader)
    assert ADDRESS not in rows() and "cần xem" not in rows()
    assert [mail.state for mail in state_of(reader)] == ["waiting"]
    assert send_due_mail(operator_id()) == 1
    assert send_due_mail(operator_id()) == 0
    (letter,) = letters(folder)
    assert letter["To"] == ADDRESS
    assert "Có việc cần xem." in letter.get_content() and "something to see" in letter.get_content()
    assert [mail.state for mail in state_of(reader)] == ["sent"]
    assert "enc1:" not in rows()


def test_what_is_rolled_back_is_not_sent(folder: Path, reader: Account) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask(reader)
        raise ZeroDivisionError
    assert send_due_mail(operator_id()) == 0


def test_without_gateway_address_or_account_there_is_none(folder: Path, reader: Account, settings: Any) -> None:
    nowhere = Account.objects.create_user("khong", None, full_name="Không có thư", kind="clinical")
    assert not ask(nowhere)
    Account.objects.filter(pk=reader.pk).update(is_active=False)
    assert not ask(reader)
    settings.MAIL_GATEWAY = ""
    with as_operator():
        Account.objects.filter(pk=reader.pk).update(is_active=True)
    assert not ask(reader)


class Failing:
    """A gateway that fails so many times, then takes everything."""

    failures: ClassVar[int] = 0
    for_good: ClassVar[bool] = False
    tried: ClassVar[list[Mail]] = []

    def send(self, mail: Mail) -> None:
        self.tried.append(mail)
        if len(self.tried) <= self.failures:
            raise MailNotSent("not reached", self.for_good)


@pytest.fixture
def failing(settings: Any) -> Iterator[type[Failing]]:
    settings.MAIL_GATEWAY = f"{__name__}.Failing"
    Failing.tried.clear()
    Failing.failures, Failing.for_good = 3, False
    yield Failing


def test_a_mail_that_fails_is_tried_again_with_growing_pauses(failing: type[Failing], reader: Account) -> None:
    ask(reader)
    start = timezone.now()
    for minutes, tries in ((0, 1), (0.5, 1), (1.1, 2), (2.5, 2), (3.3, 3), (7, 3), (7.6, 4)):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            send_due_mail(operator_id())
            assert len(failing.tried) == tries, minutes
            (state,) = state_of(reader)
            assert state.state == ("sent" if tries == 4 else "trying")
            assert state.problem == ("" if tries == 4 else "not reached")
    assert len({mail.message_id for mail in failing.tried}) == 1


def test_after_the_last_try_it_is_given_up_and_forgotten(failing: type[Failing], reader: Account) -> None:
    failing.failures = 100
    ask(reader)
    for day in range(MOST_TRIES + 3):
        with time_machine.travel(timezone.now() + timedelta(days=day)):
            send_due_mail(operator_id())
    assert len(failing.tried) == MOST_TRIES
    (state,) = state_of(reader)
    assert (state.state, state.problem) == ("gave_up", "not reached")
    assert "enc1:" not in rows()


def test_a_refusal_for_good_is_not_tried_again(failing: type[Failing], reader: Account) -> None:
    failing.failures, failing.for_good = 100, True
    ask(reader)
    send_due_mail(operator_id())
    assert [state.state for state in state_of(reader)] == ["gave_up"]


def test_one_bad_address_does_not_hold_up_the_others(failing: type[Failing], reader: Account) -> None:
    failing.failures = 1
    ask(reader, "first")
    ask(reader, "second")
    send_due_mail(operator_id())
    assert sorted(state.state for state in state_of(reader)) == ["sent", "trying"]


def test_only_managers_see_states_and_nobody_keeps_a_done_mail(folder: Path, reader: Account) -> None:
    ask(reader)
    with acting_transaction(reader.pk, "own_account"):
        assert mails() == []
    for change in ("sent_at = now()", "next_try_at = NULL", "kind = 'x'"):
        with pytest.raises(DatabaseError), acting_transaction(operator_id(), "administration"):
            connection.cursor().execute(f"UPDATE messages_mail SET {change}")


# Invitations


def test_an_invitation_by_mail_sets_the_password(folder: Path, manager: Account, reader: Account) -> None:
    client = _administrator(manager)
    page = client.post(f"/accounts/{reader.pk}/invite/", {"by_mail": "yes"}, follow=True).content.decode()
    assert "/invitation/" not in page  # not even the administrator sees the link
    assert "chờ gửi" in page
    send_due_mail(operator_id())
    (letter,) = letters(folder)
    assert letter["To"] == ADDRESS
    assert reader.full_name not in letter.get_content() and reader.username not in letter.get_content()
    link = re.search(r"http://testserver(/invitation/\S+)", letter.get_content())
    assert link
    owner = Client()
    word = "Mot-mat-khau-moi-2027"
    owner.post(link[1], {"password1": word, "password2": word}, follow=True)
    assert has_session(owner)
    assert "đã gửi" in client.get("/accounts/mail/").content.decode()


def test_an_invitation_renewed_while_its_mail_waits_leaves_alone(
    folder: Path, manager: Account, reader: Account
) -> None:
    actor = Actor(manager.pk, manager.username, "test")
    ask(reader)  # of another kind, which stays
    invite_by_mail(actor, reader.pk, lambda token: f"http://testserver/invitation/first-{token}/")
    invite_by_mail(actor, reader.pk, lambda token: f"http://testserver/invitation/second-{token}/")
    assert send_due_mail(operator_id()) == 2
    texts = [letter.get_content() for letter in letters(folder)]
    assert sum("/second-" in text for text in texts) == 1 and not any("/first-" in text for text in texts)
    assert sorted((mail.state, mail.problem) for mail in state_of(reader)) == [
        ("gave_up", "replaced"), ("sent", ""), ("sent", ""),
    ]  # fmt: skip


def test_an_invitation_that_cannot_go_by_mail_is_not_made(
    folder: Path, manager: Account, reader: Account, settings: Any
) -> None:
    client = _administrator(manager)
    Account.objects.filter(pk=reader.pk).update(email="")
    assert "HS2243" in client.post(f"/accounts/{reader.pk}/invite/", {"by_mail": "yes"}).content.decode()
    settings.MAIL_GATEWAY = ""
    assert "HS2242" in client.post(f"/accounts/{reader.pk}/invite/", {"by_mail": "yes"}).content.decode()
    assert reader.invitations.count() == 0


def _administrator(account: Account) -> Client:
    client = Client()
    secret = set_up_app(account)
    sign_in(client, account.username)
    client.post("/sign-in/code/", {"code": code_of(secret)}, follow=True)
    assert has_session(client)
    return client


# AU8: outside of hours


def test_managers_are_told_of_a_sign_in_outside_of_hours(
    folder: Path, manager: Account, account_with_role: Make
) -> None:
    doctor = account_with_role("doctor", username="bacsi", password=PASSWORD)
    with as_operator():
        AccessHours.objects.create(account=doctor, days=127, starts=time(7), ends=time(17), outside="refuse")
    told = Actor(manager.pk, manager.username, "test")
    token = issue_token(doctor, "bảng tính", 90)
    at_night = (timezone.localtime() + timedelta(days=1)).replace(hour=20, minute=0)
    with time_machine.travel(at_night):
        for _ in range(3):
            sign_in(Client(), "bacsi")
            Client().get("/api/v1/intake/packages/1", headers={"authorization": f"Bearer {token}"})
        send_due_mail(operator_id())
    (notice,) = unread_notices(told)
    assert "bị từ chối" in notice.text_vi and notice.link == f"/accounts/{doctor.pk}/"
    (letter,) = letters(folder)
    assert letter["To"] == "quan.tri@example.vn"
    assert f"tài khoản số {doctor.pk}" in letter.get_content()
    assert doctor.full_name not in letter.get_content() and "bacsi" not in letter.get_content()
    with time_machine.travel(at_night.replace(hour=10)):
        sign_in(Client(), "bacsi")
    assert len(unread_notices(told)) == 1


def test_who_steps_up_outside_of_hours_is_told_of_too(folder: Path, manager: Account, account_with_role: Make) -> None:
    doctor = account_with_role("doctor", username="bacsi", password=PASSWORD)
    set_up_app(doctor)
    with as_operator():
        AccessHours.objects.create(account=doctor, days=127, starts=time(7), ends=time(17), outside="step_up")
    with time_machine.travel((timezone.localtime() + timedelta(days=1)).replace(hour=20, minute=0)):
        sign_in(Client(), "bacsi")
    (notice,) = unread_notices(Actor(manager.pk, manager.username, "test"))
    assert "đã đăng nhập" in notice.text_vi


def test_the_folder_of_a_demonstration_lies_in_its_home() -> None:
    assert mail_folder().parts[-2:] == ("demo", "mail")
