"""Addresses of the authorization server. Public are those where software proves itself, or reads what all may know."""

from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hoso.web.oauth import chosen_patient, consent, discovery, endpoints, launched
from hoso.web.routes import PUBLIC, SIGNED_IN, View, route


def _discovery(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, require_safe(view), name=name, permission=PUBLIC, purpose=PUBLIC)


def _endpoint(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, csrf_exempt(require_POST(view)), name=name, permission=PUBLIC, purpose=PUBLIC)


urlpatterns = [
    _discovery(".well-known/openid-configuration", discovery.openid_configuration, "openid_configuration"),
    _discovery(".well-known/oauth-authorization-server", discovery.openid_configuration, "oauth_configuration"),
    _discovery("fhir/r4/.well-known/smart-configuration", discovery.smart_configuration, "smart_configuration"),
    _discovery("oauth/jwks", discovery.jwks, "oauth_jwks"),
    route("oauth/authorize", consent.authorize, name="oauth_authorize", permission=PUBLIC, purpose=PUBLIC),
    route("oauth/decide", consent.decide, name="oauth_decide", permission=SIGNED_IN, purpose=PUBLIC),
    route(
        "oauth/patient", chosen_patient.choose, name="oauth_patient",
        permission="person.search", purpose="treatment", touches_person=True,
    ),
    route(
        "oauth/launch", require_safe(launched.launched), name="oauth_launch",
        permission="record.read", purpose="treatment", touches_person=True,
    ),
    _endpoint("oauth/token", endpoints.token, "oauth_token"),
    _endpoint("oauth/introspect", endpoints.introspect, "oauth_introspect"),
    _endpoint("oauth/revoke", endpoints.revoke, "oauth_revoke"),
]  # fmt: skip
