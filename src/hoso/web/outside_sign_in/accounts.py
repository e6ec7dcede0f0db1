"""From an identity that a provider vouched for to an account of this house; nobody signs up by it."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest
from requests import RequestException

from hoso.core.accounts.outside.links import account_by_number
from hoso.core.accounts.outside.verifier import OutsideProvider, VerifiedIdentity, verifiers
from hoso.core.accounts.wrong_tries import STRANGER, count_wrong_try, is_throttled
from hoso.core.errors import HosoError
from hoso.web import error_pages
from hoso.web.origin import address_of
from hoso.web.outside_factor import SECOND_FACTOR
from hoso.web.sign_in import stranger
from hoso.web.sign_in_events import record_refused_outside


class OutsideAccounts(DefaultSocialAccountAdapter):
    """Providers come from the verifiers of this house, accounts from its administrators."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        apps = [_app(verifier.provider) for verifier in verifiers().values()]
        return [
            app
            for app in apps
            if provider in (None, app.provider, app.provider_id) and client_id in (None, app.client_id)
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The account that is linked, or that the verified number names. Whether it may come in now is asked next, as for
        a password (web/sign_in_adapter.py)."""
        identity: VerifiedIdentity = sociallogin.identity
        key = sociallogin.account.provider
        sociallogin.token = None  # not to be kept with the unfinished login
        try:
            if not sociallogin.is_existing:
                sociallogin.user = account_by_number(identity, key, stranger(request, "openid_connect_callback"))
        except HosoError as error:
            turn_away(request, key, error)
        sociallogin.state[SECOND_FACTOR] = identity.second_factor

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Everything that went wrong before somebody was named; why stands in the audit, not on the page."""
        if isinstance(exception, RequestException):
            refusal, why = HosoError("HS2231", provider=provider.app.name), type(exception).__name__
        elif exception is not None:
            refusal, why = HosoError("HS2232"), str(exception)
        else:
            refusal, why = HosoError("HS2233"), "cancelled" if error == AuthError.CANCELLED else "stale or replayed"
        turn_away(request, provider.app.provider_id, refusal, why)


def turn_away(request: HttpRequest, key: str, error: HosoError, why: str = "") -> None:
    """Record it, count it against the address, answer. Raises ImmediateHttpResponse."""
    record_refused_outside(request, key, f"{error.code} {why}".strip())
    if error.code != "HS2231":
        count_wrong_try(f"outside:{key}", STRANGER, address_of(request))
    raise ImmediateHttpResponse(error_pages.answer(request, error))


def refuse_when_throttled(request: HttpRequest) -> None:
    """Raises HosoError HS2233 while an address tries too much, as with passwords."""
    if is_throttled(address_of(request)):
        raise HosoError("HS2233")


def _app(provider: OutsideProvider) -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=provider.key,
        name=provider.title[0],
        client_id=provider.client_id,
        secret=provider.client_secret,
        settings={"server_url": provider.issuer, "scope": list(provider.scopes)},
    )
