"""What stands between the right password and a session, in this order: a password to change, a second factor to set
up, the notice of monitoring to accept. Until the last is done there is no session, so no other page opens."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.stages import LoginStage
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse
from django.shortcuts import redirect

from hoso.core.accounts.monitoring_notice import has_accepted
from hoso.core.accounts.passwords import has_second_factor, is_administrator, must_change
from hoso.web.origin import from_inside
from hoso.web.outside_factor import has_outside_factor

WEAK = "hoso_weak_password"  # in the session: the password just given does not stand alone
MFA_STAGE_KEY = AuthenticateStage.key
Result = tuple[HttpResponse | None, bool]  # an answer, and whether the sign-in goes on after it


class StaffStage(LoginStage):
    """A stage with a page of its own, named like the stage."""

    def is_due(self) -> bool:
        raise NotImplementedError

    def handle(self) -> Result:
        return (redirect(self.urlname), True) if self.is_due() else (None, True)

    @property
    def account(self) -> Any:
        return self.login.user


class PasswordStage(StaffStage):
    key = urlname = "sign_in_password"

    def is_due(self) -> bool:
        return bool(self.why)

    @property
    def why(self) -> str:
        """`first`, `old` or `weak`; empty where somebody came in without a password (outside provider)."""
        methods = {record.get("method") for record in get_authentication_records(self.request, self.account)}
        if "password" not in methods:
            return ""
        return must_change(self.account, password_alone=not self.request.session.get(WEAK, False))


class AskSecondFactor(AuthenticateStage):
    """allauth's stage: not where an outside provider has asked already."""

    def handle(self) -> Any:
        return (None, True) if has_outside_factor(self.login.signal_kwargs) else super().handle()


class SecondFactorStage(StaffStage):
    key = urlname = "sign_in_second_factor"

    def is_due(self) -> bool:
        if has_outside_factor(self.login.signal_kwargs):
            return False
        needed = is_administrator(self.account) or not from_inside(self.request)
        return needed and not has_second_factor(self.account)


class NoticeStage(StaffStage):
    key = urlname = "sign_in_notice"

    def is_due(self) -> bool:
        return not has_accepted(self.account)
