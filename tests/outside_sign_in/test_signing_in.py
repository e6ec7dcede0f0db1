"""Signing in by an outside provider: who is let in, by which link, under the same rules as with a password (AU2, AU5-AU8)."""

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import lock_account, operator
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import AccessHours, Account
from hoso.core.accounts.outside.configured import configured_verifiers
from hoso.core.accounts.outside.links import link, links_of, subject_hash, unlink
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.gateways.vneid.people import ADMINISTRATOR, DOCTOR, LEVEL_ONE, WITHOUT_ACCOUNT
from hoso.web.tests.signing_in import OUTSIDE, has_session, last_page, set_up_app, sign_in
from tests.outside_sign_in.conftest import Serve, Visitor, know_number

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def sign_ins(account: Account) -> list[tuple[str, str]]:
    with acting_transaction(account.pk, "own_account"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, reason FROM audit_event WHERE action = 'sign-in' ORDER BY id")
        return list(cursor.fetchall())


def test_the_verified_number_finds_the_account_and_links_it(serve: Serve, doctor: Account) -> None:
    serve()
    visitor = Visitor()
    answer = visitor.sign_in()
    assert (answer.status_code, last_page(answer)) == (200, "/")
    assert visitor.browser.session["_auth_user_id"] == str(doctor.pk)
    assert ("done", "by vneid") in sign_ins(doctor)
    kept = SocialAccount.objects.get()
    assert (kept.user_id, kept.uid, kept.extra_data) == (doctor.pk, subject_hash(DOCTOR.subject), {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(s)::text, '') FROM django_session s")
        assert DOCTOR.personal_number not in cursor.fetchone()[0]


def test_the_second_time_the_link_decides(serve: Serve, doctor: Account) -> None:
    serve()
    Visitor().sign_in()
    with as_operator():
        Account.objects.filter(pk=doctor.pk).update(personal_number_hash="")
    visitor = Visitor()
    visitor.sign_in()
    assert has_session(visitor.browser)
    assert SocialAccount.objects.count() == 1


def test_it_leads_back_to_the_page_that_was_asked_for(serve: Serve, doctor: Account) -> None:
    serve()
    assert last_page(Visitor().sign_in(next="/people/")) == "/people/"
    assert last_page(Visitor().sign_in(next="https://elsewhere.example/")) == "/"


def test_nobody_is_signed_up(serve: Serve, doctor: Account) -> None:
    serve()
    before = Account.objects.count()
    visitor = Visitor()
    answer = visitor.sign_in(WITHOUT_ACCOUNT)
    assert answer.status_code == 403
    assert "HS2234" in answer.content.decode()
    assert not has_session(visitor.browser)
    assert (Account.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_the_same_mail_or_name_is_no_proof(serve: Serve, account_with_role: Make) -> None:
    serve()
    account = account_with_role("doctor")
    Account.objects.filter(pk=account.pk).update(full_name=WITHOUT_ACCOUNT.name, email="an@example.vn")
    assert "HS2234" in Visitor().sign_in(WITHOUT_ACCOUNT).content.decode()


def test_who_has_two_accounts_is_linked_by_an_administrator(
    serve: Serve, doctor: Account, account_with_role: Make
) -> None:
    serve()
    second = account_with_role("overseer", username="giamsat")
    with as_operator():
        Account.objects.filter(pk=second.pk).update(kind="technical")
    know_number(second, DOCTOR)
    assert "HS2235" in Visitor().sign_in().content.decode()
    link(operator("test"), second.pk, "vneid", DOCTOR.subject)
    visitor = Visitor()
    visitor.sign_in()
    assert visitor.browser.session["_auth_user_id"] == str(second.pk)


# Linking


def test_only_a_manager_links_and_nobody_themselves(serve: Serve, doctor: Account, account_with_role: Make) -> None:
    serve()
    manager = account_with_role("administrator")
    acting = Actor(manager.pk, manager.username, "test")
    for actor, account, code in (
        (Actor(doctor.pk, doctor.username, "test"), manager, "HS2001"),
        (acting, manager, "HS2206"),
    ):
        with pytest.raises(HosoError, match=code):
            link(actor, account.pk, "vneid", "x")
    with pytest.raises(HosoError, match="HS2230"):
        link(acting, doctor.pk, "nobody", "x")
    with pytest.raises(HosoError, match="HS2238"):
        link(acting, doctor.pk, "vneid", "  ")
    link(acting, doctor.pk, "vneid", WITHOUT_ACCOUNT.subject)
    with transaction.atomic(), pytest.raises(HosoError, match="HS2236"):
        link(acting, account_with_role("doctor").pk, "vneid", WITHOUT_ACCOUNT.subject)
    visitor = Visitor()
    visitor.sign_in(WITHOUT_ACCOUNT)
    assert visitor.browser.session["_auth_user_id"] == str(doctor.pk)
    (only,) = links_of(doctor.pk)
    unlink(acting, doctor.pk, only.id)
    assert "HS2234" in Visitor().sign_in(WITHOUT_ACCOUNT).content.decode()


def test_the_database_lets_no_link_move_or_tell_more(serve: Serve, doctor: Account, account_with_role: Make) -> None:
    serve()
    Visitor().sign_in()
    other = account_with_role("doctor")
    for change in ({"user_id": other.pk}, {"uid": "0" * 64}, {"extra_data": {"name": "x"}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SocialAccount.objects.update(**change)
    row = {"provider": "vneid", "uid": "1" * 64}
    for who, purpose in ((0, ""), (doctor.pk, "treatment"), (doctor.pk, "own_account")):
        with pytest.raises(DatabaseError), acting_transaction(who, purpose):
            SocialAccount.objects.create(user=other, **row)


# AU2: the second factor


def test_an_unknown_level_is_no_second_factor(serve: Serve, account_with_role: Make) -> None:
    """The provider says level 1, which is not among those that count: an administrator must add a factor of this house."""
    serve()
    account = account_with_role("administrator", username="quantri")
    know_number(account, LEVEL_ONE)
    visitor = Visitor()
    assert last_page(visitor.sign_in(LEVEL_ONE)) == "/sign-in/second-factor/"
    assert not has_session(visitor.browser)


def test_a_level_that_counts_is_one(serve: Serve, account_with_role: Make) -> None:
    serve()
    account = account_with_role("administrator", username="quantri")
    know_number(account, ADMINISTRATOR)
    visitor = Visitor()
    visitor.sign_in(ADMINISTRATOR)
    assert visitor.browser.get("/accounts/").status_code == 200


def test_from_outside_a_factor_is_needed(serve: Serve, doctor: Account) -> None:
    serve()
    from_far = {"REMOTE_ADDR": OUTSIDE}
    visitor = Visitor(how=from_far)
    visitor.sign_in()
    assert has_session(visitor.browser)  # level 2
    know_number(doctor, WITHOUT_ACCOUNT)
    weak = Visitor(how=from_far)
    with as_operator():
        Account.objects.filter(pk=doctor.pk).update(personal_number_hash="")
    know_number(doctor, LEVEL_ONE)
    answer = weak.sign_in(LEVEL_ONE)
    assert "HS2203" in answer.content.decode()
    assert not has_session(weak.browser)


def test_ones_own_factor_is_asked_where_the_provider_asked_none(serve: Serve, doctor: Account) -> None:
    serve()
    know_number(doctor, LEVEL_ONE)
    set_up_app(doctor)
    visitor = Visitor()
    assert last_page(visitor.sign_in(LEVEL_ONE)) == "/sign-in/code/"
    assert not has_session(visitor.browser)


def test_a_factor_counts_for_its_own_sign_in_alone(serve: Serve, doctor: Account) -> None:
    """Turned away out of hours with the provider's factor, then in by password within them: that is one factor."""
    serve()
    doctor.refresh_from_db()
    doctor.set_password("Mot-mat-khau-dai-2026")
    doctor.save()
    _works(doctor, "refuse")
    visitor = Visitor()
    with time_machine.travel(_at(20)):
        assert "HS2204" in visitor.sign_in().content.decode()
    with time_machine.travel(_at(10) + timedelta(days=1)):
        sign_in(visitor.browser, "bacsi")
        assert has_session(visitor.browser)
        methods = {record["method"] for record in visitor.browser.session["account_authentication_methods"]}
        assert "mfa" not in methods


# AU5, AU7, AU8


def test_a_name_that_wrong_passwords_locked_stays_locked(serve: Serve, doctor: Account) -> None:
    serve()
    for _ in range(5):
        sign_in(Client(), "bacsi", "sai")
    visitor = Visitor()
    assert "HS2239" in visitor.sign_in().content.decode()
    assert not has_session(visitor.browser)


def test_who_was_locked_or_left_does_not_come_in(serve: Serve, doctor: Account) -> None:
    serve()
    Visitor().sign_in()
    lock_account(operator("test"), doctor.pk, "left")
    visitor = Visitor()
    assert last_page(visitor.sign_in()) == "/sign-in/closed/"
    assert not has_session(visitor.browser)


def test_after_45_idle_days_it_does_not_open(serve: Serve, doctor: Account) -> None:
    serve()
    with time_machine.travel(timezone.now() + timedelta(days=46)):
        visitor = Visitor()
        assert last_page(visitor.sign_in()) == "/sign-in/closed/"
    doctor.refresh_from_db()
    assert (doctor.is_active, doctor.lock_reason) == (False, "disuse")


def test_outside_of_hours_it_is_refused_or_needs_the_factor(serve: Serve, doctor: Account) -> None:
    serve()
    _works(doctor, "step_up")
    with time_machine.travel(_at(20)):
        visitor = Visitor()
        visitor.sign_in()
        assert has_session(visitor.browser)
    _works(doctor, "refuse")
    with time_machine.travel(_at(20) + timedelta(days=1)):
        assert "HS2204" in Visitor().sign_in().content.decode()
    assert ("refused", "HS2204") in sign_ins(doctor)


def test_the_notice_of_monitoring_comes_first(serve: Serve, doctor: Account) -> None:
    serve()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    newcomer = Account.objects.create_user("moi", None, full_name="Người mới", kind="clinical")
    know_number(newcomer, WITHOUT_ACCOUNT)
    visitor = Visitor()
    assert last_page(visitor.sign_in(WITHOUT_ACCOUNT)) == "/sign-in/notice/"
    assert not has_session(visitor.browser)
    visitor.browser.post("/sign-in/notice/", {"accepted": "yes"}, follow=True)
    assert has_session(visitor.browser)


def _works(account: Account, outside: str) -> None:
    with as_operator():
        AccessHours.objects.create(account=account, days=127, starts=time(7), ends=time(17), outside=outside)


def _at(hour: int) -> Any:
    return (timezone.localtime() + timedelta(days=1)).replace(hour=hour, minute=0, second=0)


# A provider of the operator's file


def test_a_provider_of_the_file(serve: Serve, doctor: Account, settings: Any, tmp_path: Path) -> None:
    """The hospital's own: it vouches for no number and its levels do not count, so an administrator links."""
    provider = serve()
    file = _file(tmp_path, provider.issuer)
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_SIGN_IN_PROVIDERS": file, "HOSO_VNEID_ISSUER": ""}
    (only,) = configured_verifiers()
    assert (only.provider.client_secret, only.provider.title[1]) == ("simulated-secret-of-a-demonstration", "Hospital")
    page = Client().get("/sign-in/")
    assert "Bệnh viện" in page.content.decode()
    assert provider.issuer in page["Content-Security-Policy"]
    assert "HS2234" in Visitor().sign_in(provider="benh-vien").content.decode()
    link(operator("test"), doctor.pk, "benh-vien", DOCTOR.subject)
    visitor = Visitor()
    visitor.sign_in(provider="benh-vien")
    assert has_session(visitor.browser)
    assert "simulated-secret" not in repr(only)


@pytest.mark.parametrize(
    "change",
    [
        ("issuer: http", "issuer: ftp"),
        ("key: benh-vien", "key: vneid"),
        ("key: benh-vien", "colour: red"),
        ("client_secret_file: secret", "client_secret_file: none"),
        ("issuer: http://127", "issuer: http://128"),
    ],
)
def test_a_file_that_is_wrong_is_refused(settings: Any, tmp_path: Path, change: tuple[str, str]) -> None:
    file = _file(tmp_path, "http://127.0.0.1:9")
    file.write_text(file.read_text().replace(*change))
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_SIGN_IN_PROVIDERS": file}
    with pytest.raises(HosoError, match="HS2237"):
        configured_verifiers()


def _file(folder: Path, issuer: str) -> Path:
    (folder / "secret").write_text("simulated-secret-of-a-demonstration\n")
    file = folder / "providers.yaml"
    file.write_text(
        "providers:\n"
        "  - key: benh-vien\n"
        "    title: {vi: Bệnh viện, en: Hospital}\n"
        f"    issuer: {issuer}\n"
        "    client_id: hoso-demo\n"
        "    client_secret_file: secret\n"
    )
    return file
