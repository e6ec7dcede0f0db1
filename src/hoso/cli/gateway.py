"""`hoso gateway`: the secrets by which hospital software sends in the insurer's shape."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hoso.core.accounts.insurer_secrets import Issued


@click.group(short_help="Secrets of hospital software (insurer-shaped gateway).")
def gateway() -> None:
    """Issue, rotate and revoke the secrets of the gateway /bhxh/api/…; who runs this is named in the audit."""


@gateway.command(short_help="Issue a facility's first secret.")
@click.argument("facility")
@click.option("--username", default="", help="User name; FACILITY_BV when not given.")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long it works.")
def issue(facility: str, username: str, days: int) -> None:
    """Issue a secret for the facility with the code FACILITY; the password is shown this once."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.insurer_secrets import issue_secret
    from hoso.core.places.facilities import facility_by_code

    found = facility_by_code(facility)
    if found is None:
        raise click.BadParameter(f"{facility}: không có cơ sở này / no such facility", param_hint="FACILITY")
    _tell(issue_secret(operator("gateway issue"), found, username, days))


@gateway.command(short_help="Hand out a new secret.")
@click.argument("username")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long it works.")
@click.option(
    "--overlap", type=click.IntRange(0, 168), default=24, show_default=True, help="Hours the old one works on."
)
def rotate(username: str, days: int, overlap: int) -> None:
    """Issue a new secret for USERNAME; the old one ends after the overlap."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.insurer_secrets import rotate_secret

    _tell(rotate_secret(operator("gateway rotate"), username, days, timedelta(hours=overlap)))


@gateway.command(short_help="End a secret at once.")
@click.argument("username")
@click.option("--reason", default="", help="Why; kept in the audit.")
def revoke(username: str, reason: str) -> None:
    """End every living secret of USERNAME and the sessions opened by them."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.insurer_secrets import revoke_secret

    click.echo(revoke_secret(operator("gateway revoke"), username, reason))


def _tell(issued: "Issued") -> None:
    click.echo(f"{issued.username}  {issued.password}  {issued.facility_code}  → {issued.expires_at:%d/%m/%Y}")
