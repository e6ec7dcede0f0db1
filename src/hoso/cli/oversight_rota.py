"""`hoso oversight rota`: who is on duty where and when, out of a file of a facility."""

from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, print_refusals


@click.command(short_help="Take a file of shifts in.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--account", required=True, help="Who gives it in: an account that works at the case desk (case.handle).")
@json_option
def rota(file: Path, account: str, as_json: bool) -> None:
    """Take in FILE (CSV or XLSX): columns facility, account, first, last, ward, kind; whole or not at all.

    A facility's month given again takes the place of what was given before, which is kept. Exit code 1 where a row is refused.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.cli.audit import acting_account
    from hoso.core.errors import HosoError
    from hoso.engines.oversight.rotas import give_rota

    actor = acting_account(account, "oversight rota")
    if actor is None:
        raise HosoError("HS8001", account=account[:40])
    report = give_rota(actor, file)
    if as_json:
        print_json(report.as_dict())
    else:
        print_refusals(report.refusals)
        click.echo(
            f"{report.rows} dòng / rows: {report.months} tháng mới / months new, {report.unchanged} như cũ / unchanged, "
            f"{len(report.refused_rows)} dòng bị từ chối / rows refused"
        )
    if report.refusals:
        raise SystemExit(1)
