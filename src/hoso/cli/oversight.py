"""`hoso oversight`: takes over what the watched systems tell, and shows the cases of the last days."""

from typing import TYPE_CHECKING

import click

from hoso.cli.oversight_report import report
from hoso.cli.oversight_rota import rota
from hoso.cli.oversight_sources import listen, register, take, unread
from hoso.cli.terminal import json_option, print_json

if TYPE_CHECKING:
    from hoso.core.access.policy import Scope
    from hoso.engines.oversight.watching import Watched


@click.group(short_help="Watch how accounts use records.")
def oversight() -> None:
    """Watch how accounts use records: explain each access, sense what no reason explains."""


@oversight.command(short_help="Take over new events.")
@json_option
def collect(as_json: bool) -> None:
    """Take over what our own audit has written since the last time; the worker does it once a minute."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.oversight.collecting import collect_all

    taken = collect_all()
    if as_json:
        print_json({"taken": taken})
    else:
        click.echo(f"{taken:,} sự kiện mới / new events")


@oversight.command(short_help="Sense the last days and raise cases.")
@json_option
def look(as_json: bool) -> None:
    """Explain and sense the accesses of the last thirty days and raise cases within the budget; the worker does it hourly."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.oversight.alarms import look_over
    from hoso.engines.oversight.collecting import collect_all

    collect_all()
    found = look_over()
    if as_json:
        print_json({"hits": found.hits, "raised": list(found.raised)})
    else:
        click.echo(
            f"{found.hits:,} dấu hiệu ngoài vụ việc / hits outside of cases, {len(found.raised)} vụ việc mới / new cases"
        )


@oversight.command(short_help="Show the cases of the last days.")
@click.option("--days", type=click.IntRange(1, 400), default=30, show_default=True, help="How many days back.")
@click.option("--account", required=True, help="Who asks: an account whose role has the permission audit.read.")
@json_option
def cases(days: int, account: str, as_json: bool) -> None:
    """Explain and sense the accesses of the last days, and show the accounts to look at, within the budget of alerts.

    What no reason explains is not therefore misuse. The question is an event of the audit itself.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.cli.audit import acting_account
    from hoso.core.access.reading import Asking, read
    from hoso.core.errors import HosoError
    from hoso.engines.oversight.watching import watch

    def look(scope: "Scope") -> "Watched":
        return watch(scope, days)

    actor = acting_account(account, "oversight cases")
    if actor is None:
        raise HosoError("HS8001", account=account[:40])
    found = read(actor, "oversight", Asking("audit.read", object=f"oversight cases of {days} days"), look)
    if as_json:
        print_json(_as_dict(found))
    else:
        _tell(found)


def _as_dict(found: "Watched") -> dict[str, object]:
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "accounts": found.accounts,
        "cases": [
            {
                "day": case.day.isoformat(),
                "account": found.names.get(case.account, ""),
                "risk": round(case.risk, 2),
                "sensors": case.sensors,
                "events": case.events,
            }
            for case in found.cases
        ],
        "shares": [
            {"facility": one.facility, "role": one.role, "accesses": one.accesses, "explained": one.explained}
            for one in found.shares
        ],
    }


def _tell(found: "Watched") -> None:
    from hoso.engines.oversight.sensing import sensors

    titles = {sensor.key: f"{sensor.title_vi} / {sensor.title_en}" for sensor in sensors()}
    click.echo(f"{found.first:%d/%m/%Y} - {found.last:%d/%m/%Y}: {len(found.cases)} vụ việc / cases")
    for case in sorted(found.cases, key=lambda one: -one.risk):
        name = found.names.get(case.account, str(case.account))
        click.echo(f"{case.risk:6.1f}  {name}  {case.day:%d/%m/%Y}, {len(case.events)} sự kiện / events")
        for key in case.sensors:
            click.echo(f"        {key} {titles[key]}")
    for share in found.shares:
        percent = 100 * share.explained / share.accesses
        click.echo(f"{share.role}: {percent:.1f} % / {share.accesses:,} lượt xem có lý do / accesses explained")


for command in (register, take, listen, unread, report, rota):
    oversight.add_command(command)
