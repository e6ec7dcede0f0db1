"""`hoso oversight report`: the month's report of oversight, as the page shows it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import json_option, print_json

if TYPE_CHECKING:
    from hoso.core.access.policy import Scope
    from hoso.engines.oversight.reporting import Report


@click.command(short_help="Show the month's report.")
@click.option(
    "--month", type=click.DateTime(["%Y-%m"]), help="Such as 2026-11; without it the running month.", metavar="YYYY-MM"
)
@click.option("--account", required=True, help="Who asks: an account that works at the case desk (case.handle).")
@json_option
def report(month: datetime | None, account: str, as_json: bool) -> None:
    """Show the report of a month: use by facility and tier, cases, what sensors yielded, systems that are silent."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.cli.audit import acting_account
    from hoso.core.access.reading import Asking, read
    from hoso.core.errors import HosoError
    from hoso.engines.oversight.reporting import month_report

    actor = acting_account(account, "oversight report")
    if actor is None:
        raise HosoError("HS8001", account=account[:40])
    first = (month.date() if month else date.today()).replace(day=1)

    def query(scope: "Scope") -> "Report":
        return month_report(scope, first)

    found = read(actor, "oversight", Asking("case.handle", "search", object=f"oversight report {first:%Y-%m}"), query)
    if as_json:
        print_json(_as_dict(found))
    else:
        _tell(found)


def _as_dict(found: "Report") -> dict[str, object]:
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "opened": found.opened,
        "closed": found.closed,
        "open_now": found.open_now,
        "seconds_to_detect": found.to_detect.total_seconds() if found.to_detect else None,
        "seconds_to_close": found.to_close.total_seconds() if found.to_close else None,
        "uses": [asdict(one) for one in found.uses],
        "yields": [asdict(one) for one in found.yields],
        "silent": [one.key for one in found.silent],
        "cost": asdict(found.cost),
    }


def _tell(found: "Report") -> None:
    click.echo(
        f"{found.first:%m/%Y}: {found.opened} mở / opened, {found.closed} đóng / closed, {found.open_now} còn mở / open"
    )
    for use in found.uses:
        click.echo(
            f"{use.facility or '–'} {use.tier}: {use.accounts:,} tài khoản / accounts, {use.events:,} sự kiện / events,"
            f" {use.persons:,} người / persons, {use.cases} vụ việc / cases"
        )
    for one in found.yields:
        click.echo(
            f"{one.sensor}: {one.cases} vụ việc / cases, {one.confirmed} sử dụng sai / misuse, {one.false_alarm} nhầm / false"
        )
    spent = found.cost
    if spent.accounts:
        click.echo(
            f"1.000 tài khoản / 1,000 accounts: {spent.seconds_per_thousand:,.0f} s, {spent.octets_per_thousand:,} byte"
        )
    for source in found.silent:
        click.echo(f"{source.title_vi} / {source.title_en}: im lặng / silent")
