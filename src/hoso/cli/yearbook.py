"""`hoso statistics yearbook`: the yearbook of a province as PDF."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import json_option, print_json, progress_bar

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor


@click.command(short_help="The yearbook of a province as PDF.")
@click.option("--province", required=True, help="Code of a province of today, such as 80.")
@click.option("--year", required=True, type=click.IntRange(2000, 2100))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; without it nien-giam-<province>-<year>.pdf.",
)
@click.option("--account", help="In whose name: no more than this account may read goes in. Without it, everything.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@json_option
def yearbook(province: str, year: int, out: Path | None, account: str | None, language: str, as_json: bool) -> None:
    """Make the yearbook of a province: chapters of definitions/yearbook, completeness of the reports, notes on sources. On today's
    map; what is estimated is marked."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from django.utils import timezone

    from hoso.engines.statistics.yearbook.asking import compile_yearbook
    from hoso.engines.statistics.yearbook.chapters import PROVINCE, yearbooks
    from hoso.web.yearbook.drawing import draw_yearbook

    began, target = time.monotonic(), out or Path(f"nien-giam-{province}-{year}.pdf")
    with progress_bar("questions") as progress:
        compiled = compile_yearbook(_actor(account), yearbooks()[PROVINCE], province, year, progress)
    content = draw_yearbook(compiled, "en" if language == "en" else "vi", timezone.now())
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    part.replace(target)  # under its name only when it is whole
    tables = sum(bool(one.items) for chapter in compiled.tables for one in chapter)
    summary = {"file": str(target), "tables": tables, "communes": len(compiled.communes),
               "bytes": len(content), "seconds": round(time.monotonic() - began, 1)}  # fmt: skip
    if as_json:
        print_json(summary)
    else:
        click.echo(f"{target}: {tables} bảng / tables, {len(compiled.communes)} xã / communes")


def _actor(account: str | None) -> "Actor":
    """The account, or the service that reads every figure: whoever has the machine's command line acts through it."""
    from hoso.cli.audit import acting_account
    from hoso.core.accounts.machines import FACTS_SERVICE
    from hoso.core.errors import HosoError

    actor = acting_account(account or FACTS_SERVICE, "statistics yearbook")
    if actor is None:
        raise HosoError("HS5492", account=(account or FACTS_SERVICE)[:40])
    return actor
