"""The provider as allauth sees it: PKCE and a nonce always, nothing of it kept but a hash of the subject."""

from hashlib import sha256
from typing import Any

from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest

from hoso.core.accounts.outside.links import subject_hash
from hoso.web.outside_sign_in.checking import CheckingAdapter


def nonce_of(code_verifier: str) -> str:
    """The nonce of a sign-in, from the PKCE verifier that only this session knows: so it needs no place of its own."""
    return sha256(f"nonce:{code_verifier}".encode()).hexdigest()


class StrictProvider(OpenIDConnectProvider):
    """Instead of allauth's own under its id."""

    oauth2_adapter_class = CheckingAdapter

    def get_pkce_params(self) -> dict[str, Any]:
        made: dict[str, Any] = generate_code_challenge()
        return {**made, "nonce": nonce_of(made["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_redirect_from_request_kwargs(request), "process": AuthProcess.LOGIN}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())  # an address cannot widen what is asked

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        return {}

    def extract_uid(self, data: Any) -> str:
        return subject_hash(data["sub"])

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


provider_classes = [StrictProvider]
