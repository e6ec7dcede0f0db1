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
    "withdrawn": "đã rút / withdrawn",
    "lines_not_mapped": "dòng chưa ánh xạ / lines not mapped",
    "documents": "tài liệu CDA / CDA documents",
    "entries_in": "mục CDA nhận / CDA entries in",
    "entries_mapped": "mục CDA đã ánh xạ / CDA entries mapped",
    "entries_withheld": "mục CDA giữ kín / CDA entries withheld",
    "entries_not_mapped": "mục CDA chưa ánh xạ / CDA entries not mapped",
}


class PathsOrCommand(click.Group):
    """`hoso intake PATH…` takes packages in; `hoso intake recheck` is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["take", *args]
        return super().parse_args(ctx, args)


@click.group(cls=PathsOrCommand, short_help="Take claim packages in; check quarantined ones again.")
def intake() -> None:
    """Take in packages: `hoso intake PATH…` (XML files, ZIP files or folders of them)."""


@intake.command()
@click.option("--package", "package_id", type=click.IntRange(1), help="Only this package.")
@json_option
def recheck(package_id: int | None, as_json: bool) -> None:
    """Judge quarantined visits anew after the rules have changed; those that pass are filed in their own place."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.rechecking import Rechecked, packages_to_recheck, recheck_package
    from hoso.engines.intake.rules.book import rule_set

    service = intake_service("command:intake recheck")
    packages = [package_id] if package_id else packages_to_recheck(service)
    done = Rechecked()
    with progress_bar("gói") as progress:
        for number, one in enumerate(packages, start=1):
            done += recheck_package(one, service)
            progress(number, len(packages))
    if as_json:
        print_json({"rule_set": rule_set(), "packages": len(packages), "visits": done.visits, "passed": done.passed})
        return
    click.echo(f"{done.visits:>12,}  hồ sơ kiểm tra lại / visits checked again")
    click.echo(f"{done.passed:>12,}  đã qua và được lưu / passed and filed")


@intake.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--version", type=click.Choice(VERSIONS), help="State the decision instead of finding it out.")
@json_option
def take(paths: tuple[Path, ...], version: str | None, as_json: bool) -> None:
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
