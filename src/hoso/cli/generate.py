"""`hoso generate`: writes the packages of a synthetic province."""

from pathlib import Path

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.command(short_help="Write the packages of a synthetic province.")
@click.option("--province", default="80", show_default=True, help="Code of the province.")
@click.option("--persons", type=click.IntRange(1), default=500, show_default=True, help="Number of people.")
@click.option("--years", type=click.IntRange(1), default=5, show_default=True, help="Years of visits.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--defects",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of visits with a broken rule, listed in truth.csv.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to.")
@json_option
def generate(province: str, persons: int, years: int, seed: int, defects: float, out: Path, as_json: bool) -> None:
    """Write claim packages (XML of QĐ 4210, 130, 4750, 3176) of invented people, visibly marked as synthetic."""
    from dataclasses import asdict

    from hoso.demo.province import ProvinceSettings, generate_province

    try:
        settings = ProvinceSettings(province=province, persons=persons, years=years, seed=seed, defects=defects)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    with progress_bar("người") as progress:
        summary = generate_province(settings, out, progress)
    if as_json:
        print_json(asdict(summary))
        return
    click.echo(
        f"{out}: {summary.persons} người / people, {sum(summary.visits.values())} lượt khám / visits, "
        f"{summary.packages} gói / packages"
    )
