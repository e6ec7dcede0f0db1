"""What must be right before an outside provider is believed: where it lies, its ID token, its userinfo."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

from hoso.core.accounts.authorization.jose import BadStatement, verified_id_token
from hoso.core.accounts.outside.verifier import verifier_of

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class CheckingAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter with nothing taken on trust. Each refusal is an OAuth2Error that says in a word what was wrong."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        provider = verifier_of(self.provider_id).provider
        config: dict[str, Any] = super().openid_config
        if config.get("issuer") != provider.issuer:
            raise OAuth2Error("discovery: issuer")
        for name in ENDPOINTS:
            if not provider.holds(str(config.get(name, ""))):
                raise OAuth2Error(f"discovery: {name}")
        return config

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        from hoso.web.outside_sign_in.provider import nonce_of

        self.nonce = nonce_of(pkce_code_verifier or "")
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        verifier = verifier_of(self.provider_id)
        claims = self._claims(str(kwargs["response"].get("id_token", "")))
        told = self._fetch_user_info(token.token)
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo: sub")
        # What the ID token says of the sign-in itself is signed; userinfo must not overrule it.
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.identity = verifier.identity({**told, **claims})
        return login

    def _claims(self, id_token: str) -> dict[str, Any]:
        known = verifier_of(self.provider_id).provider
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            key_set = answer.json()
        try:
            return verified_id_token(id_token, key_set, known.issuer, known.client_id, self.nonce)
        except BadStatement as error:
            raise OAuth2Error(str(error)) from error
