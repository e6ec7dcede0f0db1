"""Keys and signed statements (JOSE): but for the simulated VNeID the only file that knows joserfc.

Signatures made are RS256, which OpenID Connect and SMART ask of every server; signatures accepted from clients are
RS384 and ES384, of outside providers' ID tokens ID_TOKEN_ALGORITHMS, never another (so never `none`).
"""

import json
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

SIGNING_ALGORITHM = "RS256"
CLIENT_ALGORITHMS = ("RS384", "ES384")
ID_TOKEN_ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
)  # what outside providers sign with; never `none`, never a shared secret
ID_TOKEN_LEEWAY = 60  # seconds by which the provider's clock may be off
SMALLEST_RSA = 2048  # bits
PrivateKey = RSAKey


class BadStatement(Exception):
    """A statement, key or signature that is not accepted; the text may be told to the client."""


@dataclass(frozen=True)
class Statement:
    """A signed statement as it was presented, nothing of it verified yet."""

    compact: str
    header: dict[str, Any]
    claims: dict[str, Any]


def new_signing_key() -> RSAKey:
    return RSAKey.generate_key(3072, {"use": "sig", "alg": SIGNING_ALGORITHM}, auto_kid=True)


def private_pem(key: RSAKey) -> bytes:
    return key.as_pem(private=True)


def key_of_pem(pem: bytes, kid: str) -> RSAKey:
    return RSAKey.import_key(pem, {"use": "sig", "alg": SIGNING_ALGORITHM, "kid": kid})


def sign(claims: dict[str, Any], key: RSAKey) -> str:
    """A JWT with these claims in compact form."""
    return jwt.encode({"alg": SIGNING_ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key)


def public_jwk(key: RSAKey) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def open_statement(compact: str) -> Statement:
    """Read header and claims without trusting them. Raises BadStatement."""
    try:
        opened = jws.extract_compact(compact.encode())
        claims = json.loads(opened.payload)
    except (JoseError, ValueError) as error:
        raise BadStatement("the assertion is no signed JWT") from error
    if not isinstance(claims, dict):
        raise BadStatement("the assertion holds no claims")
    return Statement(compact, dict(opened.headers()), claims)


def verify(statement: Statement, key_set: dict[str, Any]) -> None:
    """See that a key of the set, of the stated kind and id, signed the statement. Raises BadStatement."""
    algorithm, kid = statement.header.get("alg"), statement.header.get("kid")
    if algorithm not in CLIENT_ALGORITHMS:
        raise BadStatement("the assertion must be signed with RS384 or ES384")
    candidates = [key for key in usable_keys(key_set) if key.kid == kid and _fits(key, algorithm)]
    if len(candidates) != 1:
        raise BadStatement("the assertion names no single key of the client")
    try:
        jwt.decode(statement.compact, candidates[0], algorithms=[algorithm])
    except JoseError as error:
        raise BadStatement("the signature of the assertion is wrong") from error


def verified_id_token(compact: str, key_set: dict[str, Any], issuer: str, audience: str, nonce: str) -> dict[str, Any]:
    """The claims of an outside provider's ID token (OpenID Connect Core 3.1.3.7). Raises BadStatement saying what is wrong."""
    try:
        token = jwt.decode(compact, KeySet.import_key_set(key_set), algorithms=list(ID_TOKEN_ALGORITHMS))  # type: ignore[arg-type]
        wanted = jwt.JWTClaimsRegistry(
            leeway=ID_TOKEN_LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        wanted.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadStatement(
            f"ID token: {getattr(error, 'claim', '') or getattr(error, 'error', type(error).__name__)}"
        ) from error
    party = token.claims.get("azp", audience)
    if party != audience or (
        isinstance(token.claims["aud"], list) and len(token.claims["aud"]) > 1 and "azp" not in token.claims
    ):
        raise BadStatement("ID token: azp")
    return token.claims


def usable_keys(key_set: dict[str, Any]) -> list[RSAKey | ECKey]:
    """The public keys of a JWK Set by which statements may be verified. Raises BadStatement for a broken set."""
    try:
        keys = KeySet.import_key_set(key_set).keys  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadStatement("the JWK Set cannot be read") from error
    usable: list[RSAKey | ECKey] = []
    for key in keys:
        if isinstance(key, RSAKey | ECKey) and key.is_private:
            raise BadStatement("the JWK Set holds a private key")
        if isinstance(key, RSAKey) and key.public_key.key_size >= SMALLEST_RSA:
            usable.append(key)
        if isinstance(key, ECKey) and key.curve_name == "P-384":
            usable.append(key)
    return usable


def _fits(key: RSAKey | ECKey, algorithm: str) -> bool:
    return key.alg in (None, algorithm) and isinstance(key, RSAKey if algorithm == "RS384" else ECKey)
