"""`hoso clients`: registers the software that the authorization server lets in, and closes it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.terminal import json_option, print_json, print_table

if TYPE_CHECKING:
    from hoso.core.accounts.authorization.models import Client
    from hoso.core.accounts.models import Account

KINDS = ("public", "symmetric", "asymmetric")


@click.group(short_help="Register software that asks for access.")
def clients() -> None:
    """Register software that asks for access (OAuth 2, SMART on FHIR); see docs/reference/authorization.md."""


@clients.command("list", short_help="Every registered software.")
@json_option
def list_(as_json: bool) -> None:
    """List every client with its owner and its end."""
    _open()
    from hoso.core.accounts.authorization.queries import clients as found

    if as_json:
        print_json({"clients": [{"client_id": one.client_id, "name": one.name, "lives": one.lives} for one in found()]})
        return
    rows = [
        (one.client_id, one.name, one.kind, one.owner.username, f"{one.expires_at:%d/%m/%Y}", "" if one.lives else "X")
        for one in found()
    ]
    print_table(
        ("client_id", "tên / name", "loại / kind", "phụ trách / owner", "hết hạn / ends", "đóng / closed"), rows
    )


@clients.command(short_help="Register a client.")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    required=True,
    help="public: no secret; symmetric: a secret; asymmetric: a key pair.",
)
@click.option("--owner", required=True, help="User name of the person who answers for it.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A scope it may ask for; may be repeated.")
@click.option(
    "--redirect-uri", "redirect_uris", multiple=True, help="Where a person's browser returns; exact; may be repeated."
)
@click.option(
    "--launch-url", default="", help="Where the page of a record opens it (SMART EHR launch); needs --scope launch."
)
@click.option("--account", help="User name of the software account under which it acts by itself (asymmetric only).")
@click.option("--facility", help="Code of the facility it belongs to: only accounts with a role there may use it.")
@click.option("--jwks-uri", default="", help="Address of its public keys (asymmetric).")
@click.option(
    "--jwks-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with its public keys (JWK Set).",
)
@click.option(
    "--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long the registration lasts."
)
@json_option
def register(
    name: str, kind: str, owner: str, scopes: tuple[str, ...], redirect_uris: tuple[str, ...],
    launch_url: str, account: str | None, facility: str | None, jwks_uri: str, jwks_file: Path | None, days: int, as_json: bool,
) -> None:  # fmt: skip
    """Register the software NAME; prints its client_id and, for a symmetric one, its secret, this once."""
    _open()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import register_client
    from hoso.core.accounts.authorization.registration import NewClient

    new = NewClient(
        name, kind, _account(owner, "--owner"), list(scopes), list(redirect_uris), launch_url,
        account=_account(account, "--account") if account else None, facility=_facility(facility),
        jwks=_key_set(jwks_file) if jwks_file else None, jwks_uri=jwks_uri, days=days,
    )  # fmt: skip
    handed = register_client(operator("clients register"), new)
    told = {"client_id": handed.client.client_id} | ({"client_secret": handed.secret} if handed.secret else {})
    if as_json:
        print_json(told)
        return
    for key, value in told.items():
        click.echo(f"{key}  {value}")


@clients.command(short_help="Give a client a new secret.")
@click.argument("client_id")
def secret(client_id: str) -> None:
    """Give CLIENT_ID a new secret, told this once; the old one ends at once."""
    _open()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import new_secret

    click.echo(new_secret(operator("clients secret"), _client(client_id)).secret)


@clients.command(short_help="Replace the public keys of a client.")
@click.argument("client_id")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def keys(client_id: str, file: Path) -> None:
    """Replace the public keys of CLIENT_ID by those in FILE (JWK Set)."""
    _open()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import replace_keys

    replace_keys(operator("clients keys"), _client(client_id), _key_set(file))


@clients.command(short_help="Close a client.")
@click.argument("client_id")
def close(client_id: str) -> None:
    """Close CLIENT_ID for good; its tokens end at once."""
    _open()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.actions import close_client

    close_client(operator("clients close"), _client(client_id))


@clients.command("rotate-keys", short_help="Sign with a new key from now on.")
def rotate_keys() -> None:
    """Make a new signing key; the old one stays published until what it signed has expired. Prints the key's id."""
    _open()
    from django.db import transaction

    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.authorization.keys import rotate
    from hoso.core.audit.events import AuditEvent, record_event

    with transaction.atomic():
        kid = rotate()
        actor = operator("clients rotate-keys")
        record_event(AuditEvent(actor, "operator", "administration", "update", object=f"SigningKey/{kid}"))
    click.echo(kid)


def _open() -> None:
    from hoso.cli.house import open_current_house

    open_current_house()


def _client(client_id: str) -> "Client":
    from hoso.core.accounts.authorization.queries import registered_client

    return registered_client(client_id)


def _account(username: str, option: str) -> "Account":
    from hoso.core.accounts.models import Account

    found = Account.objects.filter(username=username).first()
    if found is None:
        raise click.BadParameter(f"{username}: không có / there is none", param_hint=option)
    return found


def _facility(code: str | None) -> Any:
    from hoso.core.places.facilities import facility_by_code

    if code is None:
        return None
    found = facility_by_code(code)
    if found is None:
        raise click.BadParameter(f"{code}: không có cơ sở này / no such facility", param_hint="--facility")
    return found


def _key_set(file: Path) -> dict[str, Any]:
    import json

    try:
        found = json.loads(file.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{file}: không phải JWK Set / no JWK Set", param_hint="FILE")
    return found
