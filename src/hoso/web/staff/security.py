"""Signing in and the second factor: the few pages of django-allauth that are open; there is no sign-up.

They are declared public: each checks for itself who is asking, and none reads a person's record.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern
from django.views.i18n import set_language

from hoso.web.routes import PUBLIC, View, route


def _open(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission=PUBLIC, purpose=PUBLIC)


def _page(pattern: str, view: type, name: str, template: str) -> URLPattern:
    """A page of allauth with a template of ours, named here so that the order of apps does not matter."""
    return _open(pattern, view.as_view(template_name=f"security/{template}.html"), name)  # type: ignore[attr-defined]


urlpatterns = [
    _page("sign-in/", account.LoginView, "account_login", "sign_in"),
    _page("sign-in/code/", mfa.AuthenticateView, "mfa_authenticate", "code"),
    _page("sign-in/closed/", account.AccountInactiveView, "account_inactive", "closed"),
    _page("sign-out/", account.LogoutView, "account_logout", "sign_out"),
    _page("security/", mfa.IndexView, "mfa_index", "overview"),
    _page("security/confirm/", account.ReauthenticateView, "account_reauthenticate", "confirm_password"),
    _page("security/confirm/code/", mfa.ReauthenticateView, "mfa_reauthenticate", "confirm_code"),
    _page("security/totp/activate/", totp.ActivateTOTPView, "mfa_activate_totp", "totp_on"),
    _page("security/totp/deactivate/", totp.DeactivateTOTPView, "mfa_deactivate_totp", "totp_off"),
    _page("security/recovery-codes/", codes.ViewRecoveryCodesView, "mfa_view_recovery_codes", "recovery_codes"),
    _page(
        "security/recovery-codes/new/",
        codes.GenerateRecoveryCodesView,
        "mfa_generate_recovery_codes",
        "new_recovery_codes",
    ),
    _open("security/recovery-codes/file/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    _open("language/", set_language, "set_language"),
]
