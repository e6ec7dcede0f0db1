"""Passwords: how long and how mixed, which are not taken again, when one must be changed, and making a first one."""

import secrets
import string
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from hoso.core.access.roles import held_roles
from hoso.core.accounts.models import Account, PasswordHistory
from hoso.core.accounts.sign_in_rules import sign_in_rules

CLASSES: tuple[Callable[[str], bool], ...] = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
MADE_LENGTH = 16
MESSAGES = {
    "password_too_short": "Too short: at least 14 characters, or 8 with a second factor.",
    "password_too_plain": "It needs small letters, capitals, digits and other signs.",
    "password_used_before": "It was used lately.",
}
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class HouseRules:
    """A password validator of Django's (TCVN 14423 cl. 5.5, secondary source): longer where there is no second factor.

    Raises ValidationError with the code password_too_short, password_too_plain or password_used_before; the messages
    shown stand in `web/form_errors.py`.
    """

    def validate(self, password: str, user: Any = None) -> None:
        problems = [ValidationError(MESSAGES[code], code=code) for code in _problems(password, user)]
        if problems:
            raise ValidationError(problems)

    def get_help_text(self) -> str:
        return ""


def _problems(password: str, account: Account | None) -> list[str]:
    rules = sign_in_rules()
    found = []
    if account is not None and has_second_factor(account):
        if len(password) < rules.password_least_with_second_factor:
            found.append("password_too_short")
    elif not stands_alone(password):
        found.append("password_too_short" if len(password) < rules.password_least_alone else "password_too_plain")
    if account is not None and was_used_before(account, password):
        found.append("password_used_before")
    return found


def stands_alone(password: str) -> bool:
    """Whether a password is long and mixed enough for an account without a second factor."""
    rules = sign_in_rules()
    classes = sum(any(belongs(sign) for sign in password) for belongs in CLASSES)
    return len(password) >= rules.password_least_alone and classes >= rules.password_classes_alone


def was_used_before(account: Account, password: str) -> bool:
    """Whether it is one of the last passwords of the account, the present one included."""
    last = PasswordHistory.objects.filter(account=account).order_by("-set_at", "-pk")
    return any(
        check_password(password, kept)
        for kept in last.values_list("hash", flat=True)[: sign_in_rules().passwords_remembered]
    )


def has_second_factor(account: Account) -> bool:
    """Whether an authenticator app or a passkey is set up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=account.pk, type__in=SECOND_FACTORS).exists())


def is_administrator(account: Account) -> bool:
    """By kind, or by a role held today that serves administration or needs a second factor throughout."""
    return account.kind == Account.Kind.ADMINISTRATOR or any(
        role.second_factor or "administration" in role.purposes for role in held_roles(account.pk)
    )


def must_change(account: Account, password_alone: bool | None = None) -> str:
    """Why the password must be changed before work goes on, empty where it need not: first, old, or weak.

    `password_alone` says whether the password just given stands alone; None where it is not known.
    """
    if account.password_must_change:
        return "first"
    since = account.password_set_at or account.created_at
    if is_administrator(account) and timezone.now() - since > sign_in_rules().administrator_password_age:
        return "old"
    if password_alone is False and not has_second_factor(account):
        return "weak"
    return ""


def new_password() -> str:
    """16 characters with all four classes, some 95 random bits."""
    signs = string.ascii_letters + string.digits + "-_.+"
    while True:
        made = "".join(secrets.choice(signs) for _ in range(MADE_LENGTH))
        if stands_alone(made):
            return made
