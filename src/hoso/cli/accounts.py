"""`hoso accounts`: makes accounts and API tokens from the machine's command line."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hoso.core.accounts.models import Account

KINDS = ("administrator", "clinical", "technical", "service", "organisation")


@click.group(short_help="Make accounts and API tokens.")
def accounts() -> None:
    """Make accounts and API tokens. Who runs this on the machine is named in the audit."""


@accounts.command(short_help="Make an account that holds a role.")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="Full name, as shown to others.")
@click.option("--role", required=True, help="Key of the role, see definitions/access/roles.yaml.")
@click.option("--kind", type=click.Choice(KINDS), default="clinical", show_default=True, help="Kind of account.")
@click.option("--facility", help="Code of the facility where the role is held.")
@click.option("--place", help="Code of the place (province or commune of today) where the role is held.")
@click.option("--owner", help="User name of the human who answers for a service or an organisation.")
@click.option("--password", help="First password, 14 characters of four classes; a random one when not given.")
def create(
    username: str,
    full_name: str,
    role: str,
    kind: str,
    facility: str | None,
    place: str | None,
    owner: str | None,
    password: str | None,
) -> None:
    """Make the account USERNAME; prints its first password and, for a role that needs one, its second factor."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import NewAccount, create_account, operator

    if password is not None:
        _check_password(password)
    if _account(username) is not None:
        raise click.BadParameter(f"{username}: đã có / exists already", param_hint="USERNAME")
    needs_factor = _needs_second_factor(role) and kind not in ("service", "organisation")
    new = NewAccount(
        username, full_name, kind, role, _facility_id(facility), _place_id(place), needs_factor,
        owner_id=_known_account(owner, "--owner").pk if owner else None,
    )  # fmt: skip
    handed = create_account(operator("accounts create"), new, password)
    click.echo(f"{username}  {handed.password}")
    if handed.totp_secret:
        click.echo(totp_address(username, handed.totp_secret))


@accounts.command(short_help="Issue an API token of an account.")
@click.argument("username")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How long it works.")
def token(username: str, name: str, days: int) -> None:
    """Issue an API token of the account USERNAME, called NAME; it is shown this once."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import create_token, operator

    click.echo(create_token(operator("accounts token"), _known_account(username), name, days))


@accounts.command(short_help="Open a locked account again (emergency).")
@click.argument("username")
@click.option("--reason", required=True, help="Why; kept in the audit.")
def unlock(username: str, reason: str) -> None:
    """Unlock the account USERNAME and forget its wrong tries, for an emergency in which no administrator can be reached."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator, unlock_account

    unlock_account(operator("accounts unlock"), _known_account(username).pk, reason)
    click.echo(f"{username}: đã mở / unlocked")


@accounts.command(short_help="Make a link by which somebody sets a new password.")
@click.argument("username")
@click.option("--reset-second-factor", is_flag=True, help="Also forget the second factor, for a lost telephone.")
def invite(username: str, reset_second_factor: bool) -> None:
    """Make an invitation for the account USERNAME; the link is shown this once and works once."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts import actions, invitations

    account, actor = _known_account(username), actions.operator("accounts invite")
    if reset_second_factor:
        actions.reset_second_factor(actor, account.pk)
    click.echo(f"/invitation/{invitations.invite(actor, account.pk)}/")


def totp_address(username: str, secret: str) -> str:
    """What an authenticator app reads."""
    return f"otpauth://totp/HoSo:{username}?secret={secret}&issuer=HoSo"


def _account(username: str) -> "Account | None":
    from hoso.core.accounts.models import Account

    return Account.objects.filter(username=username).first()


def _known_account(username: str, hint: str = "USERNAME") -> "Account":
    found = _account(username)
    if found is None:
        raise click.BadParameter(f"{username}: không có / there is none", param_hint=hint)
    return found


def _check_password(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise click.BadParameter(" ".join(error.messages), param_hint="--password") from error


def _needs_second_factor(role: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT key, second_factor FROM access_role")
        roles: dict[str, bool] = dict(cursor.fetchall())
    if role not in roles:
        raise click.BadParameter(f"{role}; có / there are: {', '.join(sorted(roles))}", param_hint="--role")
    return roles[role]


def _facility_id(code: str | None) -> int | None:
    from hoso.core.places.models import Facility

    if code is None:
        return None
    found = Facility.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise click.BadParameter(f"{code}: không có cơ sở này / no such facility", param_hint="--facility")
    return found


def _place_id(code: str | None) -> int | None:
    from hoso.core.places.models import Place

    if code is None:
        return None
    found = Place.objects.filter(code=code, valid_to=None).order_by("level").values_list("pk", flat=True).first()
    if found is None:
        raise click.BadParameter(f"{code}: không có địa bàn này / no such place", param_hint="--place")
    return found
