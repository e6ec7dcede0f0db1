"""What software reads first: where the endpoints are and what the server can do."""

from typing import Any

from django.http import HttpRequest, JsonResponse

from hoso.core.accounts.authorization import keys
from hoso.core.accounts.authorization.addresses import AUTHORIZE, INTROSPECT, JWKS, REVOKE, TOKEN, base_url
from hoso.core.accounts.authorization.jose import CLIENT_ALGORITHMS, SIGNING_ALGORITHM

METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
SCOPES = [
    "openid", "fhirUser", "profile", "offline_access", "launch", "launch/patient", "launch/encounter", "patient/*.cruds", "user/*.cruds",
    "system/*.cruds", "patient/*.*", "user/*.*", "system/*.*", "__hoso/*", "__dhis2/*.cruds",
]  # fmt: skip
CAPABILITIES = [
    "launch-ehr", "launch-standalone", "authorize-post", "client-public", "client-confidential-symmetric",
    "client-confidential-asymmetric", "sso-openid-connect", "context-banner", "context-ehr-patient",
    "context-ehr-encounter", "context-standalone-patient", "permission-offline",
    "permission-patient", "permission-user", "permission-v1", "permission-v2",
]  # fmt: skip


def openid_configuration(request: HttpRequest) -> JsonResponse:
    """OpenID Connect Discovery 1.0, and RFC 8414 with the same content."""
    return _json(_metadata(request))


def smart_configuration(request: HttpRequest) -> JsonResponse:
    """SMART App Launch 2.2, conformance: metadata of the FHIR endpoint."""
    base = base_url(request)
    return _json(
        _metadata(request)
        | {
            "token_endpoint_auth_signing_alg_values_supported": list(CLIENT_ALGORITHMS),
            "management_endpoint": base + "/security/software/",
            "capabilities": CAPABILITIES,
        }
    )


def jwks(request: HttpRequest) -> JsonResponse:
    """The public keys by which our signatures are verified."""
    answer = _json(keys.published_keys())
    answer["Cache-Control"] = "public, max-age=300"  # a new key is on show before the old one has been forgotten
    return answer


def _metadata(request: HttpRequest) -> dict[str, Any]:
    base = base_url(request)
    return {
        "issuer": base,
        "authorization_endpoint": base + AUTHORIZE,
        "token_endpoint": base + TOKEN,
        "introspection_endpoint": base + INTROSPECT,
        "revocation_endpoint": base + REVOKE,
        "jwks_uri": base + JWKS,
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*METHODS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(CLIENT_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": list(CLIENT_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": [*METHODS, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": list(CLIENT_ALGORITHMS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [SIGNING_ALGORITHM],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "fhirUser", "name", "preferred_username"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "service_documentation": base + "/api/v1/docs",
    }  # fmt: skip


def _json(content: Any) -> JsonResponse:
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})
