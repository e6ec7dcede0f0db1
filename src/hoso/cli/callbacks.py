"""`hoso callbacks`: where the results of a facility's packages are called in."""

import click

from hoso.cli.terminal import json_option, print_json, print_table


@click.group(short_help="Calling hospital software with results.")
def callbacks() -> None:
    """Set, list and end the addresses that are called when a package is done; who runs this is named in the audit."""


@callbacks.command("set", short_help="Set a facility's address.")
@click.argument("facility")
@click.argument("url")
def set_(facility: str, url: str) -> None:
    """Call URL for the facility with the code FACILITY; the secret that signs is shown this once. An earlier one ends."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.places.facilities import facility_by_code
    from hoso.engines.intake.notifying.targets import set_target

    found = facility_by_code(facility)
    if found is None:
        raise click.BadParameter(f"{facility}: không có cơ sở này / no such facility", param_hint="FACILITY")
    click.echo(set_target(operator("callbacks set"), found, url))


@callbacks.command(short_help="Call a facility no more.")
@click.argument("facility")
def end(facility: str) -> None:
    """Call the facility with the code FACILITY no more; calls that wait are not made."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.places.facilities import facility_by_code
    from hoso.engines.intake.notifying.targets import end_target

    found = facility_by_code(facility)
    if found is None:
        raise click.BadParameter(f"{facility}: không có cơ sở này / no such facility", param_hint="FACILITY")
    end_target(operator("callbacks end"), found)


@callbacks.command("list", short_help="List the addresses.")
@json_option
def list_(as_json: bool) -> None:
    """Every address, with how many calls wait and how many were given up."""
    from dataclasses import asdict

    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.notifying.targets import targets

    found = targets()
    if as_json:
        print_json({"targets": [asdict(one) for one in found]})
        return
    rows = [(one.facility_code, one.url, str(one.waiting), str(one.dead)) for one in found]
    print_table(("cơ sở / facility", "địa chỉ / address", "chờ / waiting", "bỏ / given up"), rows)
