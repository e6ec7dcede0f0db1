"""The command line: one file for each command. A command imports what it needs when it runs, so help is quick."""

import sys
from typing import TYPE_CHECKING

import click

from hoso.cli.accounts import accounts
from hoso.cli.archive import archive
from hoso.cli.audit import audit
from hoso.cli.backup import backup
from hoso.cli.bench import bench
from hoso.cli.callbacks import callbacks
from hoso.cli.clients import clients
from hoso.cli.definitions import definitions
from hoso.cli.demo import demo
from hoso.cli.doctor import doctor
from hoso.cli.export import export
from hoso.cli.facilities import facilities
from hoso.cli.folders import folders, watch
from hoso.cli.gateway import gateway
from hoso.cli.generate import generate
from hoso.cli.incident import incident
from hoso.cli.intake import intake
from hoso.cli.keys import keys
from hoso.cli.level import level
from hoso.cli.mapping import mapping
from hoso.cli.modules import modules
from hoso.cli.oversight import oversight
from hoso.cli.people import people
from hoso.cli.portal import portal
from hoso.cli.practice import practice
from hoso.cli.practitioners import practitioners
from hoso.cli.pulls import pulls
from hoso.cli.records import records
from hoso.cli.restore import restore
from hoso.cli.serve import serve
from hoso.cli.statistics import statistics
from hoso.cli.terminology import terminology
from hoso.cli.units import units
from hoso.cli.upgrade import upgrade
from hoso.cli.verify import verify
from hoso.cli.worker import worker

if TYPE_CHECKING:
    from hoso.core.errors import HosoError

CODED_ERROR = 2  # exit code


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="hoso")
def hoso() -> None:
    """HoSo: the health record platform.

    The data folder is HOSO_HOME (default: var); settings are environment variables, see docs/reference/settings.md.
    """


for command in (
    demo,
    practice,
    serve,
    worker,
    intake,
    export,
    folders,
    watch,
    pulls,
    callbacks,
    portal,
    generate,
    bench,
    modules,
    doctor,
    definitions,
    upgrade,
    accounts,
    clients,
    facilities,
    units,
    terminology,
    statistics,
    mapping,
    audit,
    oversight,
    gateway,
    backup,
    archive,
    restore,
    incident,
    level,
    keys,
    people,
    practitioners,
    records,
    verify,
):
    hoso.add_command(command)


def main() -> None:
    """Run the command line; a coded error is told in both languages and ends with exit code 2."""
    try:
        hoso(prog_name="hoso")
    except Exception as error:
        if not isinstance(error, _coded_error()):
            raise
        click.echo(describe(error), err=True)
        sys.exit(CODED_ERROR)


def describe(error: "HosoError") -> str:
    """A coded error as lines for the terminal: code and message, then what to do, in Vietnamese and English."""
    lines = [
        f"{error.code}: {error.message('vi')}",
        error.what_to_do("vi"),
        error.message("en"),
        error.what_to_do("en"),
    ]
    return "\n  ".join(lines)


def _coded_error() -> "type[HosoError]":
    from hoso.core.errors import HosoError

    return HosoError
