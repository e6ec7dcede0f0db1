"""By what software acts, kept for when its request is over: what it has ordered to be done later lives no longer than this.

A warrant is a word and a number: `grant 7` (a person allowed a client), `client 3` (one that acts by itself, whose grants last
minutes), `credential 5` (a token of the account's own), or nothing (a password, a session).
"""

from dataclasses import dataclass

from django.utils import timezone

from hoso.core.accounts.authorization.models import Client, Grant
from hoso.core.accounts.authorization.queries import may_act_for
from hoso.core.accounts.authorization.scopes import narrow
from hoso.core.accounts.models import Account, Credential


@dataclass(frozen=True)
class Standing:
    """What a warrant is worth now: scopes (None: all that the account may) and the patient it is confined to."""

    scopes: tuple[str, ...] | None
    patient: str = ""


def warrant_of_grant(grant: Grant) -> str:
    alone = grant.client.account_id == grant.account_id
    return f"client {grant.client_id}" if alone else f"grant {grant.pk}"


def standing(account: Account, warrant: str, scopes: tuple[str, ...] | None) -> Standing | None:
    """What is left of `scopes`, which software acted with by this warrant; None where it was ended, or has run out."""
    if not account.is_active:
        return None
    kind, _, number = warrant.partition(" ")
    if kind == "grant":
        return _of_grant(account, int(number), scopes or ())
    if kind == "client":
        return _of_client(account, int(number), scopes or ())
    if kind == "credential":
        return _of_credential(account, int(number))
    return Standing(scopes)


def _of_grant(account: Account, number: int, scopes: tuple[str, ...]) -> Standing | None:
    grant = Grant.objects.select_related("client").filter(pk=number, account=account, revoked_at=None).first()
    if grant is None or grant.expires_at <= timezone.now() or not _may_act(grant.client, account):
        return None
    return Standing(_left(scopes, tuple(grant.scopes.split())), grant.patient)


def _of_client(account: Account, number: int, scopes: tuple[str, ...]) -> Standing | None:
    client = Client.objects.filter(pk=number, account=account).first()
    if client is None or not _may_act(client, account):
        return None
    return Standing(_left(scopes, tuple(client.scopes)))


def _of_credential(account: Account, number: int) -> Standing | None:
    credential = Credential.objects.filter(pk=number, account=account, revoked_at=None).first()
    if credential is None or credential.expires_at <= timezone.now():
        return None
    return Standing(tuple(credential.scopes) if credential.scopes else None)


def _may_act(client: Client, account: Account) -> bool:
    return client.lives and may_act_for(client, account)


def _left(scopes: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(narrow(" ".join(scopes), allowed).split())
