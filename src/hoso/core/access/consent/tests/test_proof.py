"""Tampering with a stored decision is seen; so is a shipped text changed under its old version."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hoso.core.access.actor import Actor
from hoso.core.access.consent import actions, proof, queries, texts
from hoso.core.access.consent.actions import PURPOSE, Answer
from hoso.core.access.consent.models import Consent
from hoso.core.access.consent.tests.test_decisions import ADULT
from hoso.core.database.session import acting_transaction


@pytest.fixture
def stored(desk: Actor, answer: Callable[..., Answer]) -> Consent:
    (made,) = actions.record_answers(desk, ADULT, [answer()])
    with acting_transaction(desk.account_id, PURPOSE):
        found = queries.consent(made.id)
    assert found is not None
    return found


def test_what_was_stored_stands(stored: Consent) -> None:
    assert proof.faults(stored) == []
    assert proof.faults(replace(stored, person_id=9)) == []  # two persons were joined: the signed origin stays


CHANGES: dict[str, tuple[Callable[[Consent], dict[str, Any]], str]] = {
    "the text": (lambda one: {"wording": one.wording.replace("nhắc", "bán")}, "wording"),
    "one letter of the text": (lambda one: {"wording": one.wording + " "}, "wording"),
    "the purpose": (lambda one: {"purpose": "research"}, "facts"),
    "yes for no": (lambda one: {"given": False}, "facts"),
    "the moment": (lambda one: {"given_at": one.given_at + timedelta(seconds=1)}, "facts"),
    "the version": (lambda one: {"text_version": 2}, "facts"),
    "the representative": (lambda one: {"representative_name": "X", "relation": "parent"}, "facts"),
    "the device": (lambda one: {"device": "Chrome"}, "facts"),
    "the channel": (lambda one: {"channel": "paper"}, "facts"),
    "whose it is": (lambda one: {"source_person_id": 9}, "facts"),
    "the FHIR resource": (lambda one: {"fhir": one.fhir.replace(b"permit", b"deny")}, "fhir"),
    "the signed facts": (lambda one: {"facts": one.facts.replace(b"reminders", b"research")}, "signature"),
    "the signature": (lambda one: {"signature": bytes(64)}, "signature"),
    "the key": (lambda one: {"key_id": "key-9"}, "signature"),
    "a key elsewhere": (lambda one: {"key_id": "../key-1"}, "signature"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_tampering_is_seen(what: str, stored: Consent) -> None:
    change, fault = CHANGES[what]
    assert fault in proof.faults(replace(stored, **change(stored)))


def test_a_shipped_text_changed_under_its_version_is_seen(stored: Consent, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = (one for one in texts.consent_texts() if (one.purpose, one.language) == ("reminders", "vi"))
    changed = replace(text, parts={**text.parts, "kinds": "Tất cả"})
    monkeypatch.setattr(texts, "consent_texts", lambda: (changed,))
    assert proof.faults(stored) == ["text"]


def test_a_new_key_signs_and_the_old_one_still_verifies(
    stored: Consent, desk: Actor, answer: Callable[..., Answer], tmp_path: Path
) -> None:
    folder = tmp_path / "secrets" / "consent-proof"
    (folder / "key-1.pem").rename(folder / "aside")
    (newer,) = actions.record_answers(desk, ADULT, [answer()])
    (folder / "key-1.pem").rename(folder / "key-2.pem")
    (folder / "aside").rename(folder / "key-1.pem")
    assert proof.faults(stored) == []
    assert proof.faults(replace(newer, key_id="key-2")) == []
    assert proof.faults(newer) == ["signature"]


def test_anybody_with_the_public_key_can_verify(stored: Consent) -> None:
    key = load_pem_public_key(proof.public_key(stored.key_id))
    assert isinstance(key, Ed25519PublicKey)
    key.verify(stored.signature, stored.facts)
    with pytest.raises(InvalidSignature):
        key.verify(stored.signature, stored.facts + b" ")


def test_the_private_key_is_for_its_owner_alone(stored: Consent, tmp_path: Path) -> None:
    (path,) = (tmp_path / "secrets" / "consent-proof").iterdir()
    assert path.stat().st_mode & 0o077 == 0
