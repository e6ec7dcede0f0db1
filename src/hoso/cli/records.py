"""`hoso records`: the record store looked after."""

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.group(short_help="Look after the record store.")
def records() -> None:
    """The record store: its index rows, by which searches across persons find resources."""


@records.command(short_help="Make the index rows of the record store anew.")
@click.option("--again", is_flag=True, help="From the beginning, even where every row is there.")
@json_option
def reindex(again: bool, as_json: bool) -> None:
    """Make the index rows of every resource, after an upgrade that changed them.

    The house goes on meanwhile; searches across persons are refused until it is done. A stopped run is gone on with by
    running it again.
    """
    from hoso.cli.house import open_current_house
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.engines.records.reindexing import reindex as make

    open_current_house()
    with progress_bar("hồ sơ / resources") as progress:
        done = make(Actor(intake_service_id(), INTAKE_SERVICE, "records"), progress, again)
    if as_json:
        print_json({"resources": done})
        return
    click.echo(f"{done} tài nguyên đã lập chỉ mục / resources indexed")
