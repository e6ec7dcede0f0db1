"""The signature of a FHIR document Bundle: a detached JWS over its very bytes (RFC 7515 appendix F), header as JAdES has it.

Signed is the Bundle as it was before the signature: the same bytes without the member `signature`, which stands last. Nothing
is re-written for the check, so decimals, order and white space count too (ADR 90). FHIR R4, Signature: `sigFormat`
application/jose.
"""

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import SigningAuthority, common_name
from hoso.engines.documents.signing.chains import is_believed
from hoso.engines.documents.signing.verdict import Verdict

MARK = b',"signature":'
VERIFICATION = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.5",
    "display": "Verification Signature",
}


def signed_bundle(bundle: bytes, authority: SigningAuthority, moment: datetime) -> bytes:
    """The Bundle with its signature behind everything else. Raises HosoError HS5232."""
    chain = authority.certificates()
    header = {
        "alg": "RS256",
        "cty": "application/fhir+json",
        "iat": int(moment.timestamp()),
        "x5c": [b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain],
        "x5t#S256": _text(chain[0].fingerprint(SHA256())),
    }
    head = _text(orjson.dumps(header))
    made = _text(authority.sign(f"{head}.{_text(bundle)}".encode()))
    return bundle[:-1] + _member(f"{head}..{made}", chain[0], moment)


def _member(compact: str, signer: Certificate, moment: datetime) -> bytes:
    """The end of a signed Bundle: the signature, which is wholly made of the JWS."""
    signature = {
        "type": [VERIFICATION],
        "when": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "who": {"display": common_name(signer.subject)},
        "targetFormat": "application/fhir+json",
        "sigFormat": "application/jose",
        "data": b64encode(compact.encode()).decode(),
    }
    return MARK + orjson.dumps(signature) + b"}"


def check_bundle(content: bytes, authority: SigningAuthority) -> Verdict:
    """Raises HosoError HS5231 for a file without such a signature."""
    content = content.strip()
    unsigned, signature = _parts(content)
    try:
        compact = b64decode(signature["data"], validate=True).decode()
        head, nothing, made = compact.split(".")
        header: dict[str, Any] = json.loads(_bytes(head))
        chain = [load_der_x509_certificate(b64decode(one)) for one in header["x5c"]]
        moment = datetime.fromtimestamp(header["iat"], UTC)
        sound = (
            not nothing and header["alg"] == "RS256" and chain[0].fingerprint(SHA256()) == _bytes(header["x5t#S256"])
        )
        intact = sound and _fits(chain[0], f"{head}.{_text(unsigned)}".encode(), _bytes(made))
        told = content.endswith(_member(compact, chain[0], moment))  # what it says beside the JWS is what the JWS says
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, OSError):
        raise HosoError("HS5231") from None
    return Verdict(
        "fhir", common_name(chain[0].subject), common_name(chain[0].issuer), moment, intact=intact and told,
        believed=is_believed(chain, authority.roots(), moment),
    )  # fmt: skip


def _parts(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The Bundle as it was signed, and the signature behind it."""
    at = content.rfind(MARK)
    try:
        signature: dict[str, Any] = json.loads(content[at + len(MARK) : -1])
    except ValueError:
        raise HosoError("HS5231") from None
    if at < 0 or not isinstance(signature, dict) or not content.endswith(b"}"):
        raise HosoError("HS5231")
    return content[:at] + b"}", signature


def _fits(certificate: Certificate, signed: bytes, made: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(made, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
