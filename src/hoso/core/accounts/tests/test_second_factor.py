"""Secrets of second factors: encrypted in the database, renewed when keys change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import connection

from hoso.core.accounts.second_factor import renew_factors
from hoso.core.database.field_encryption import field_keys, key_of


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    settings.HOSO_HOME = tmp_path


def _code(secret: str) -> str:
    import time

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.mark.django_db
def test_no_secret_of_a_second_factor_stands_in_the_database(account_with_role: Callable[..., Any]) -> None:
    account, secret = account_with_role("administrator"), generate_totp_secret()
    factor = TOTP.activate(account, secret)
    codes = RecoveryCodes.activate(account)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    assert kept.count("enc1:0001:") == 2
    assert factor.validate_code(_code(secret))
    assert len(codes.get_unused_codes()) == 10


@pytest.mark.django_db
def test_renewing_brings_every_secret_under_the_newest_key(account_with_role: Callable[..., Any]) -> None:
    account, secret = account_with_role("administrator"), generate_totp_secret()
    TOTP.activate(account, secret)
    old_codes = RecoveryCodes.activate(account).get_unused_codes()
    assert renew_factors() == 0
    field_keys().add()
    assert renew_factors() == 2
    field_keys().remove("0001")
    kept = Authenticator.objects.get(type="totp")
    assert key_of(kept.data["secret"]) == "0002"
    assert TOTP(kept).validate_code(_code(secret))
    assert RecoveryCodes.activate(account).get_unused_codes() == old_codes


@pytest.mark.django_db
def test_a_secret_kept_in_clear_by_an_earlier_version_still_works_and_is_encrypted(
    account_with_role: Callable[..., Any],
) -> None:
    account, secret = account_with_role("administrator"), generate_totp_secret()
    factor = Authenticator.objects.create(user=account, type="totp", data={"secret": secret})
    assert TOTP(factor).validate_code(_code(secret))
    assert renew_factors() == 1
    factor.refresh_from_db()
    assert key_of(factor.data["secret"]) == "0001"
