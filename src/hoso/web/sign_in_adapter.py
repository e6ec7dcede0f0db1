"""What HoSo adds to django-allauth's sign-in: no signing up, tries that lock, who may come in from where and when."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from hoso.core.accounts.disuse import is_unused, lock_for_disuse
from hoso.core.accounts.hours import hours_of, local_now
from hoso.core.accounts.models import AccessHours, Account
from hoso.core.accounts.out_of_hours import tell_managers
from hoso.core.accounts.passwords import has_second_factor, stands_alone
from hoso.core.accounts.wrong_tries import STRANGER, clear_wrong_tries, count_wrong_try, is_throttled, locked_until
from hoso.core.errors import HosoError
from hoso.web.known_devices import device_of
from hoso.web.origin import address_of, from_inside
from hoso.web.outside_factor import has_outside_factor
from hoso.web.sign_in_events import actor_of, record_refused
from hoso.web.sign_in_stages import WEAK
from hoso.web.templatetags.bilingual import spoken

NOTICES = {
    "mfa/messages/totp_activated.txt": ("Đã bật xác thực hai bước.", "Two-step sign-in is on."),
    "mfa/messages/totp_deactivated.txt": ("Đã tắt xác thực hai bước.", "Two-step sign-in is off."),
    "mfa/messages/recovery_codes_generated.txt": ("Đã tạo mã dự phòng mới.", "New recovery codes were made."),
    "mfa/messages/webauthn_added.txt": ("Đã thêm khoá truy cập.", "The passkey was added."),
    "mfa/messages/webauthn_removed.txt": ("Đã bỏ khoá truy cập.", "The passkey was removed."),
    "account/messages/password_changed.txt": ("Đã đổi mật khẩu.", "The password was changed."),
    "usersessions/messages/sessions_logged_out.txt": ("Đã kết thúc các phiên khác.", "The other sessions were ended."),
}
MFA_STAGE, ASK = "allauth.mfa.stages.AuthenticateStage", "AskSecondFactor"
STAGES = ("PasswordStage", "SecondFactorStage", "NoticeStage")
INVITED = "hoso_invited"  # in the session: came by an invitation, so may set up the first second factor from outside


class StaffAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """allauth's own notices are English only: the few that matter are said in both languages, the rest not."""
        if message_template in NOTICES:
            messages.add_message(request, level, spoken(NOTICES[message_template]))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError where the name is locked for this browser or the address is throttled.

        In place of allauth's counters, which lock a name for everybody (core/accounts/wrong_tries.py).
        """
        name = str(credentials.get("username", ""))
        device = device_of(request, name)
        if locked_until(name, device) or (device == STRANGER and is_throttled(address_of(request))):
            record_refused(request, name, "locked")
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is None:
            return None
        device = device_of(request, str(credentials.get("username", "")))
        request.session[WEAK] = not stands_alone(str(credentials.get("password", "")))
        if device != STRANGER:
            clear_wrong_tries(str(credentials["username"]), device)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        name = str(credentials.get("username", ""))
        count_wrong_try(name, device_of(request, name), address_of(request))

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whether the account may come in at all; the right password was given."""
        if user.is_active and is_unused(user):
            lock_for_disuse(actor_of(request, user), user)
            user.is_active = False
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response is not None:
            record_refused(request, user.username, user.lock_reason or "locked")
            return response
        problem = self._refusal(request, user, has_outside_factor(kwargs.get("signal_kwargs")))
        return self._turn_away(request, user, problem) if problem else None

    def _refusal(self, request: HttpRequest, account: Account, outside_factor: bool) -> str:
        """The code of what keeps the account out, empty where nothing does."""
        if account.kind in Account.WITHOUT_SESSION:
            return "HS2201"
        if locked_until(account.username, device_of(request, account.username)):
            return "HS2239"  # a password was refused before this; an outside sign-in is here
        second = outside_factor or has_second_factor(account)
        if not second and not from_inside(request) and not request.session.get(INVITED):
            return "HS2203"
        hours = hours_of(account)
        if hours.open_until(local_now()) is None:
            refused = hours.outside == AccessHours.Outside.REFUSE or not second
            tell_managers(account, let_in=not refused)
            return "HS2204" if refused else ""
        return ""

    def _turn_away(self, request: HttpRequest, account: Account, code: str) -> HttpResponse:
        from hoso.web import error_pages

        record_refused(request, account.username, code)
        clear_login(request)
        return error_pages.answer(request, HosoError(code))

    def get_login_stages(self) -> list[str]:
        stages: list[str] = super().get_login_stages()
        stages = [f"hoso.web.sign_in_stages.{ASK}" if stage == MFA_STAGE else stage for stage in stages]
        return [*stages, *(f"hoso.web.sign_in_stages.{name}" for name in STAGES)]

    def set_password(self, user: Any, password: str) -> None:
        user.set_password(password)
        user.password_must_change = False
        user.save(update_fields=["password", "password_set_at", "password_must_change"])
