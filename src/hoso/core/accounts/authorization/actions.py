"""Registering and closing clients, new secrets and keys, ending grants: each one transaction and one audit event."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization import registration
from hoso.core.accounts.authorization.models import Client, Grant
from hoso.core.accounts.authorization.registration import NewClient
from hoso.core.accounts.authorization.tokens import revoke_grant
from hoso.core.accounts.credentials import Shape, issue_token
from hoso.core.accounts.models import Account, Credential
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.errors import HosoError

ADMINISTRATION, OWN_ACCOUNT = "administration", "own_account"


@dataclass(frozen=True)
class HandedClient:
    """A client with its secret, told once; empty where it has none."""

    client: Client
    secret: str


def register_client(actor: Actor, new: NewClient) -> HandedClient:
    """Register a client. Raises HosoError HS2253 where something about it is not allowed."""
    registration.check(new)
    secret = _new_secret() if new.kind == Client.Kind.SYMMETRIC else ""
    with transaction.atomic():
        client = Client.objects.create(
            client_id=secrets.token_hex(12),
            name=new.name.strip(),
            kind=new.kind,
            owner=new.owner,
            account=new.account,
            facility=new.facility,
            redirect_uris=new.redirect_uris,
            launch_url=new.launch_url,
            scopes=new.scopes,
            secret_hash=make_password(secret) if secret else "",
            jwks=new.jwks,
            jwks_uri=new.jwks_uri,
            expires_at=registration.ends_at(new),
        )
        _record(actor, "create", client, f"{new.kind}: {' '.join(new.scopes)}")
    return HandedClient(client, secret)


def new_secret(actor: Actor, client: Client) -> HandedClient:
    """Give a client with a secret another one; the old one ends at once. Raises HosoError HS2253 for other kinds."""
    if client.kind != Client.Kind.SYMMETRIC:
        raise HosoError("HS2253", reason="loại này không có mật khẩu / this kind has no secret")
    secret = _new_secret()
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(secret_hash=make_password(secret))
        _record(actor, "update", client, "new secret")
    return HandedClient(client, secret)


def replace_keys(actor: Actor, client: Client, key_set: dict[str, Any]) -> None:
    """Replace the public keys given at registration. Raises HosoError HS2253 where they cannot be used."""
    if client.kind != Client.Kind.ASYMMETRIC or client.jwks_uri:
        raise HosoError("HS2253", reason="khóa không được nộp trực tiếp / its keys are not given here")
    registration.check_key_set(key_set)
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(jwks=key_set)
        _record(actor, "update", client, "new keys")


def close_client(actor: Actor, client: Client) -> None:
    """Close a client for good; the database ends its grants and tokens with it."""
    with transaction.atomic():
        if Client.objects.filter(pk=client.pk, closed_at=None).update(closed_at=timezone.now()):
            _record(actor, "delete", client, "closed")


def end_grant(actor: Actor, account: Account, grant_id: int) -> None:
    """End what the account allowed a client; of another account's grants nothing is said or changed."""
    grant = Grant.objects.filter(pk=grant_id, account=account, revoked_at=None).select_related("client").first()
    if grant is None:
        return
    with transaction.atomic():
        revoke_grant(grant, "ended by the person")
        _note(actor, "delete", f"Grant/{grant.pk}", f"ended {grant.client.client_id}", OWN_ACCOUNT)


def create_own_token(
    actor: Actor, account: Account, name: str, days: int, scopes: list[str], shape: Shape = "hoso"
) -> str:
    """Make an API token of one's own for so many days and return it; it cannot be shown again."""
    with transaction.atomic():
        token = issue_token(account, name, days, scopes, shape)
        _note(actor, "create", f"Account/{account.pk}/Credential", name, OWN_ACCOUNT)
    return token


def end_credential(actor: Actor, account: Account, credential_id: int) -> None:
    """Revoke one of the account's own API tokens."""
    own = Credential.objects.filter(pk=credential_id, account=account, revoked_at=None)
    with transaction.atomic():
        if own.update(revoked_at=timezone.now()):
            _note(actor, "delete", f"Account/{account.pk}/Credential/{credential_id}", "revoked", OWN_ACCOUNT)


def _new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def _record(actor: Actor, action: str, client: Client, reason: str) -> None:
    _note(actor, action, f"Client/{client.client_id}", reason, ADMINISTRATION)


def _note(actor: Actor, action: str, thing: str, reason: str, purpose: str) -> None:
    role = actor.roles[0].key if actor.roles else "operator"
    record_event(AuditEvent(actor, role, purpose, action, object=thing, reason=reason))
