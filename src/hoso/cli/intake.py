"""`hoso intake`: takes claim packages in."""

from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, progress_bar

VERSIONS = ("qd4210", "qd130", "qd4750", "qd3176")

LABELS = {
    "packages": "gói / packages",
    "refused": "gói bị từ chối / refused packages",
    "received": "hồ sơ nhận / visits received",
    "filed": "đã lưu / filed",
    "unchanged": "không đổi / unchanged",
    "corrected": "sửa đổi / corrected",
    "quarantined": "cách ly / quarantined",
    "findings": "phát hiện / findings",
    "lines_in": "dòng nhận / lines in",
    "lines_filed": "dòng lưu / lines filed",
    "lines_withheld": "dòng giữ kín / lines withheld",
    "lines_not_mapped": "dòng chưa ánh xạ / lines not mapped",
}


@click.command(short_help="Take claim packages in.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--version", type=click.Choice(VERSIONS), help="State the decision instead of finding it out.")
@json_option
def intake(paths: tuple[Path, ...], version: str | None, as_json: bool) -> None:
    """Take in packages: XML files, ZIP files or folders of them. Ends with the account of every visit and line."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.intake.run import take_in_paths

    actor = Actor(account_id=intake_service_id(), name=INTAKE_SERVICE, route="command:intake")
    with progress_bar("B") as progress:
        account = take_in_paths(actor, paths, version, progress)
    counts = account.as_dict()
    if as_json:
        print_json(counts)
        return
    for name, count in counts.items():
        click.echo(f"{count:>12,}  {LABELS.get(name, name)}")
