"""`hoso export`: writes filed visits as packages of an exchange decision."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import json_option, print_json, progress_bar

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor
    from hoso.engines.intake.outbound.pieces import Sign

STANDARDS = ("4210", "130", "4750", "3176")
_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


class _Visit(click.ParamType):  # type: ignore[type-arg]
    """FACILITY/MA_LK."""

    name = "FACILITY/MA_LK"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        facility, slash, ma_lk = value.partition("/")
        if not (facility and slash and ma_lk):
            self.fail(f"{value}: MÃ_CƠ_SỞ/MA_LK", param, ctx)
        return facility, ma_lk


@click.command(short_help="Write filed visits as packages of a decision.")
@click.option("--standard", type=click.Choice(STANDARDS), required=True, help="The decision to write.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="….xml one file, ….zip a ZIP, else a folder."
)
@click.option("--visit", "visits", type=_Visit(), multiple=True, help="A single visit; may be given several times.")
@click.option("--facility", default="", help="Visits of the facility with this code.")
@click.option("--from", "left_from", type=_DAY, help="Visits that ended on this day or later.")
@click.option("--until", "left_to", type=_DAY, help="Visits that ended on this day or earlier.")
@click.option("--package", "package_id", type=click.IntRange(1), help="The visits of a package, as they are filed now.")
@click.option(
    "--per-file", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Visits in one XML file."
)
@click.option("--incomplete", is_flag=True, help="Write also visits that the intake would quarantine.")
@click.option(
    "--sign", is_flag=True, help="Sign each package (CHUKYDONVI, XAdES) with the key of this house (HOSO_CA)."
)
@click.option("--account", default="", help="Who exports: an account whose role has the permission package.export.")
@click.option("--reason", default="", help="Why; stands in the audit of every visit.")
@json_option
def export(
    standard: str, out: Path, visits: tuple[tuple[str, str], ...], facility: str, left_from: datetime | None,
    left_to: datetime | None, package_id: int | None, per_file: int, incomplete: bool, sign: bool, account: str,
    reason: str, as_json: bool,
) -> None:  # fmt: skip
    """Write filed visits as packages of a decision, converted from the one they were sent under where need be.

    What cannot be carried stands in OUT.bao-cao.txt and OUT.bao-cao.json, field by field. Stopped anywhere, the same
    command goes on with it.
    """
    from hoso.cli.house import open_current_house

    if not (visits or facility or package_id):
        raise click.UsageError("--visit, --facility, --package: chọn hồ sơ / choose the visits")
    open_current_house()
    from hoso.engines.intake.outbound.running import export_to
    from hoso.engines.intake.outbound.selection import Order, Selection

    selection = Selection(visits, facility, _day(left_from), _day(left_to), package_id)
    order = Order(_exporter(account, reason), selection, f"qd{standard}", reason, incomplete)
    with progress_bar("hồ sơ") as progress:
        summary = export_to(order, out.absolute(), per_file, progress, _signing() if sign else None)
    if as_json:
        print_json(summary.as_dict() | {"out": str(out)})
        return
    click.echo(f"{summary.visits:>12,}  hồ sơ chọn / visits selected")
    click.echo(f"{summary.written:>12,}  đã ghi / written ({summary.files} tệp / files) → {out}")
    click.echo(f"{summary.kept_back:>12,}  giữ lại / kept back")
    click.echo(f"{summary.losses:>12,}  không mang theo được / not carried → {out}.bao-cao.txt")


def _signing() -> "Sign":
    """Raises HosoError HS5230 where the house has no key, HS5232."""
    from django.utils import timezone

    from hoso.engines.documents.signing.authority import needed_authority
    from hoso.engines.documents.signing.xml_signature import signed_xml

    authority, moment = needed_authority(), timezone.now()
    return lambda content: signed_xml(content, authority, moment)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _exporter(username: str, reason: str) -> "Actor":
    """The account that exports, acting through this command. Raises HosoError HS3364 where there is none, or no reason."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.actions import operator
    from hoso.core.accounts.models import Account
    from hoso.core.errors import HosoError

    found = Account.objects.filter(username=username, is_active=True).first()
    if found is None or not reason.strip():
        raise HosoError("HS3364")
    machine = operator("export")
    return Actor(found.pk, found.username, machine.route, device=machine.name)
