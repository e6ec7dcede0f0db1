"""`hoso pulls`: servers of hospitals from which packages are fetched by SFTP."""

from pathlib import Path

import click

from hoso.cli.folders import VERSIONS
from hoso.cli.terminal import json_option, print_json, print_table


@click.group(short_help="Fetching packages from hospitals' SFTP servers.")
def pulls() -> None:
    """Add, list and end servers; who runs this is named in the audit. `hoso worker` asks those that are due once a minute."""


@pulls.command(short_help="Fetch from a server for a facility.")
@click.argument("facility")
@click.argument("host")
@click.argument("folder")
@click.option("--user", required=True, help="Whom to sign in as.")
@click.option("--port", type=click.IntRange(1, 65535), default=22, show_default=True)
@click.option(
    "--host-key", required=True, help="The key the server must show: a line of ssh-keyscan, checked by another way."
)
@click.option("--key-file", type=click.Path(path_type=Path), help="Private key without a passphrase, mode 600.")
@click.option("--password-file", type=click.Path(path_type=Path), help="File that holds the password alone, mode 600.")
@click.option("--every", type=click.IntRange(1, 1440), default=10, show_default=True, help="Minutes between looks.")
@click.option(
    "--settle", type=click.IntRange(0, 3600), default=60, show_default=True, help="Seconds a file must rest unchanged."
)
@click.option("--no-results", is_flag=True, help="Do not lay the results beside the files.")
@click.option("--version", type=click.Choice(VERSIONS), help="State the decision instead of finding it out.")
def add(
    facility: str, host: str, folder: str, user: str, port: int, host_key: str, key_file: Path | None,
    password_file: Path | None, every: int, settle: int, no_results: bool, version: str | None,
) -> None:  # fmt: skip
    """Fetch packages from FOLDER of the SFTP server HOST for the facility with the code FACILITY.

    Files there are neither moved nor removed; each is taken once. HoSo keeps the path of the secret's file, not the secret.
    """
    from hoso.cli.house import open_current_house

    if (key_file is None) == (password_file is None):
        raise click.UsageError("--key-file hoặc --password-file / either --key-file or --password-file")
    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.places.facilities import facility_by_code
    from hoso.engines.intake.pulls.gateway import Server
    from hoso.engines.intake.pulls.registered import Habits, add_source

    found = facility_by_code(facility)
    if found is None:
        raise click.BadParameter(f"{facility}: không có cơ sở này / no such facility", param_hint="FACILITY")
    kind, secret = ("key", key_file) if key_file else ("password", password_file)
    server = Server(host, port, user, folder, host_key, kind, str(Path(secret or "").resolve()))
    click.echo(add_source(operator("pulls add"), found, server, Habits(every, settle, not no_results, version)))


@pulls.command("list", short_help="List them.")
@json_option
def list_(as_json: bool) -> None:
    """Every server that is fetched from, when it was asked last, and what is wrong there."""
    from dataclasses import asdict

    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.pulls.registered import pull_sources

    found = pull_sources()
    if as_json:
        print_json({"servers": [asdict(one) for one in found]})
        return
    rows = [
        (
            str(one.id), one.facility_code, one.where, "bật / on" if one.is_on else "tắt / off",
            f"{one.looked_at:%d/%m %H:%M:%S}" if one.looked_at else "–", str(one.taken), one.trouble,
        )
        for one in found
    ]  # fmt: skip
    print_table(
        ("#", "cơ sở / facility", "máy chủ / server", "", "hỏi lúc / asked at", "tệp / files", "lỗi / trouble"), rows
    )


@pulls.command(short_help="Fetch from one no more.")
@click.argument("number", type=click.IntRange(1))
def end(number: int) -> None:
    """Fetch from the server with this NUMBER no more; its files stay as they are."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator
    from hoso.engines.intake.pulls.registered import end_source

    end_source(operator("pulls end"), number)


@pulls.command(short_help="Ask the servers now.")
@json_option
def look(as_json: bool) -> None:
    """Ask every server that is switched on now, due or not. A worker must run as well to take the packages in.

    It may be stopped or killed at any moment: nothing is lost and nothing is taken twice.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.intake.pulls.fetching import look_at
    from hoso.engines.intake.pulls.registered import pull_sources

    taken = sum(look_at(source) for source in pull_sources() if source.is_on)
    if as_json:
        print_json({"files": taken})
    else:
        click.echo(f"{taken:>12,}  tệp đã lấy / files taken")
