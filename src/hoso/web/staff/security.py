"""Signing in and the second factor: the few pages of django-allauth that are open; there is no sign-up.

They are declared public: each checks for itself who is asking, and none reads a person's record.
"""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.urls import URLPattern, reverse_lazy
from django.views.generic import RedirectView
from django.views.i18n import set_language

from hoso.core.accounts.outside.verifier import verifiers
from hoso.core.accounts.passwords import has_second_factor
from hoso.web.outside_sign_in import views as outside
from hoso.web.routes import PUBLIC, SIGNED_IN, View, route
from hoso.web.staff import profile, sign_in_steps


def _open(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission=PUBLIC, purpose=PUBLIC)


def _page(pattern: str, view: type, name: str, template: str) -> URLPattern:
    """A page of allauth with a template of ours, named here so that the order of apps does not matter."""
    return _open(pattern, view.as_view(template_name=f"security/{template}.html"), name)  # type: ignore[attr-defined]


class SignIn(account.LoginView):
    """By password, or by a provider outside: its button posts here and is answered by a redirect there."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = [verifier.provider for verifier in verifiers().values()]
        return {**super().get_context_data(**kwargs), "providers": known}

    def render_to_response(self, context: dict[str, Any], **how: Any) -> Any:
        answer = super().render_to_response(context, **how)
        # Browsers count what a form's answer redirects to as a target of the form.
        origins = [origin for provider in context["providers"] for origin in provider.all_origins]
        answer._csp_update = {"form-action": ["'self'", *origins]}
        return answer


class ChangePassword(account.PasswordChangeView):
    """One's own password; without one (an outside provider's sign-in) an administrator's invitation sets it."""

    success_url = reverse_lazy("profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "with_factor": has_second_factor(self.request.user)}


urlpatterns = [
    _page("sign-in/", SignIn, "account_login", "sign_in"),
    _open("sign-in/with/<str:provider_id>/", outside.begin, "openid_connect_login"),
    _open("sign-in/with/<str:provider_id>/back/", outside.come_back, "openid_connect_callback"),
    _page("sign-in/code/", mfa.AuthenticateView, "mfa_authenticate", "code"),
    _open("sign-in/password/", sign_in_steps.change_password, "sign_in_password"),
    _open("sign-in/second-factor/", sign_in_steps.set_up_second_factor, "sign_in_second_factor"),
    _open("sign-in/notice/", sign_in_steps.accept_monitoring, "sign_in_notice"),
    _open("invitation/<str:token>/", sign_in_steps.invitation, "invitation"),
    _page("sign-in/closed/", account.AccountInactiveView, "account_inactive", "closed"),
    _page("sign-out/", account.LogoutView, "account_logout", "sign_out"),
    _page("security/", mfa.IndexView, "mfa_index", "overview"),
    _page("security/confirm/", account.ReauthenticateView, "account_reauthenticate", "confirm_password"),
    _page("security/confirm/code/", mfa.ReauthenticateView, "mfa_reauthenticate", "confirm_code"),
    _page("security/passkeys/add/", passkeys.AddWebAuthnView, "mfa_add_webauthn", "passkey_add"),
    _page("security/passkeys/<int:pk>/remove/", passkeys.RemoveWebAuthnView, "mfa_remove_webauthn", "passkey_remove"),
    _open("security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), "mfa_list_webauthn"),
    _page(
        "security/confirm/passkey/",
        passkeys.ReauthenticateWebAuthnView,
        "mfa_reauthenticate_webauthn",
        "passkey_confirm",
    ),
    _page("security/password/", ChangePassword, "account_change_password", "change_password"),
    _page("security/sessions/", sessions.ListUserSessionsView, "usersessions_list", "sessions"),
    route("profile/", profile.profile, name="profile", permission=SIGNED_IN, purpose=PUBLIC),
    route(
        "profile/tokens/<int:token_id>/revoke/",
        profile.revoke_token,
        name="revoke_own_token",
        permission=SIGNED_IN,
        purpose=PUBLIC,
    ),
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
