"""The stored proof of a decision: its facts, signed with the house's key, and what a later look can find wrong.

Ed25519, so that whoever has the public key can verify without the house. Private keys lie in HOSO_HOME/secrets; a key
that is replaced stays there, and its decisions stay verifiable (NĐ 356/2025 Đ6.2: the controller proves the consent).
"""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from hoso.core.access.consent.models import Consent
from hoso.core.access.consent.texts import text_of

# Not signed: what is made from the facts, and where the person's row is now (two persons may be joined).
_OUTSIDE = {"person_id", "place_id", "wording", "fhir", "facts", "signature", "key_id"}


def facts_of(consent: Consent) -> bytes:
    """What is signed: every fact of the decision, with hashes of the wording and of the FHIR resource."""
    facts: dict[str, Any] = {
        name: value
        for name, value in asdict(consent).items()
        if name not in _OUTSIDE and not name.startswith("withdrawn_")
    }
    facts["wording_hash"] = sha256(consent.wording.encode()).hexdigest()
    facts["fhir_hash"] = sha256(consent.fhir).hexdigest()
    return json.dumps(facts, default=_written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sign(facts: bytes) -> tuple[bytes, str]:
    """The signature and the id of the key that made it."""
    path = _newest_key()
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key.sign(facts), path.stem


def public_key(key_id: str) -> bytes:
    """The public key as PEM, for whoever verifies elsewhere. Raises FileNotFoundError for an unknown key."""
    return _public(key_id).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def faults(consent: Consent) -> list[str]:
    """What does not hold, by name: signature, facts, wording, text, fhir. Empty where the proof stands."""
    found = []
    try:
        _public(consent.key_id).verify(consent.signature, consent.facts)
    except (InvalidSignature, FileNotFoundError):
        found.append("signature")
    signed: dict[str, Any] = json.loads(consent.facts)
    if sha256(consent.wording.encode()).hexdigest() != signed.get("wording_hash"):
        found.append("wording")
    if sha256(consent.fhir).hexdigest() != signed.get("fhir_hash"):
        found.append("fhir")
    if not found and facts_of(consent) != consent.facts:
        found.append("facts")
    shipped = text_of(consent.purpose, consent.text_version, consent.language)
    if shipped is not None and shipped.hash != signed.get("text_hash"):
        found.append("text")
    return found


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)  # the same moment is the same text, whatever zone a session reads it in
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _folder() -> Path:
    return Path(settings.HOSO_HOME) / "secrets" / "consent-proof"


def _newest_key() -> Path:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = sorted(folder.glob("*.pem"))
    if known:
        return known[-1]
    path = folder / "key-1.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = folder / f"making-{os.getpid()}"
    made.touch(mode=0o600)
    made.write_bytes(pem)
    try:
        os.link(made, path)  # whole or not at all; the first of two at once wins
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path


def _public(key_id: str) -> Ed25519PublicKey:
    if not key_id.replace("-", "").isalnum():
        raise FileNotFoundError(key_id)
    key = load_pem_private_key((_folder() / f"{key_id}.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key.public_key()
