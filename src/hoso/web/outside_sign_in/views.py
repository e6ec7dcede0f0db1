"""The two addresses of an outside sign-in: going to the provider, coming back from it."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from requests import RequestException

from hoso.core.accounts.outside.verifier import verifier_of
from hoso.core.errors import HosoError
from hoso.web.outside_sign_in.accounts import refuse_when_throttled, turn_away
from hoso.web.outside_sign_in.checking import CheckingAdapter


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider. Raises HosoError HS2230 for an unknown one, HS2233 while the address is throttled."""
    known = verifier_of(provider_id).provider
    if request.method != "POST":
        return redirect("account_login")
    refuse_when_throttled(request)
    try:
        answer: HttpResponse = OAuth2LoginView.adapter_view(CheckingAdapter(request, provider_id))(request)
        return answer
    except (RequestException, ValueError) as error:
        return _turned_away(request, provider_id, HosoError("HS2231", provider=known.title[0]), type(error).__name__)
    except OAuth2Error as error:
        return _turned_away(request, provider_id, HosoError("HS2232"), str(error))


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the provider, signed in or refused. Raises as `begin`."""
    known = verifier_of(provider_id).provider
    refuse_when_throttled(request)
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(CheckingAdapter(request, provider_id))(request)
        return answer
    except HosoError as error:
        return _turned_away(request, provider_id, error, "")
    except ValueError as error:  # an answer that is no JSON
        return _turned_away(request, provider_id, HosoError("HS2231", provider=known.title[0]), type(error).__name__)


def _turned_away(request: HttpRequest, key: str, error: HosoError, why: str) -> HttpResponse:
    try:
        turn_away(request, key, error, why)
    except ImmediateHttpResponse as sent:
        answer: HttpResponse = sent.response
        return answer
    raise AssertionError("turn_away always answers")
