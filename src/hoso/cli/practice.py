"""`hoso practice`: a synthetic province to train people with, in a house of its own, put back in seconds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

PRACTICE, FRESH = "practice", "practice-fresh"
TRAINING = "training"  # a file whose presence marks a data folder as one for training: every page says so
# What names the real house's data, and would bring the trainees to it.
OF_THE_REAL_HOUSE = ("DATABASE_URL", "HOSO_APP_DATABASE_URL", "HOSO_AUDIT_DATABASE_URL", "HOSO_AUDIT_CHECKPOINTS",
                     "HOSO_AUDIT_CHECKPOINTS_COPY", "HOSO_AUDIT_KEYS", "HOSO_AUDIT_SPOOL", "HOSO_BACKUP",
                     "HOSO_SECRET_KEY", "HOSO_PUBLIC_URL")  # fmt: skip


@click.group(invoke_without_command=True, short_help="Serve a province to train with.")
@click.option("--persons", type=click.IntRange(100), default=520, show_default=True, help="People of the province.")
@click.option("--port", type=click.IntRange(1024, 65535), default=8100, show_default=True, help="Where it is served.")
@click.option("--no-serve", is_flag=True, help="Only prepare it.")
@click.pass_context
def practice(context: click.Context, persons: int, port: int, no_serve: bool) -> None:
    """Make a synthetic province for training (the first time), then serve it on this machine.

    It has a data folder and database of its own within HOSO_HOME, beside the real ones; each page says TẬP HUẤN / TRAINING.
    """
    if context.invoked_subcommand is not None:
        return
    above = _above()
    prepare(above, persons)
    if not no_serve:
        environment = environment_of(above / PRACTICE) | {"HOSO_BIND": f"127.0.0.1:{port}"}
        os.execve(sys.executable, _command("demo", "--persons", str(persons)), environment)


@practice.command(short_help="Put it back as it was made.")
def reset() -> None:
    """Everything that trainees entered is gone: figures, accounts, changed passwords. Stop `hoso practice` before."""
    put_back(_above())
    click.echo("Đã đặt lại tỉnh tập huấn. The province for training is as it was made.")


def _above() -> Path:
    from hoso.config.environment import read_environment

    folder: Path = read_environment()["HOSO_HOME"].resolve()
    return folder


def prepare(above: Path, persons: int) -> None:
    """Load the province and keep a copy of the whole data folder; nothing where that was done before."""
    if (above / FRESH).exists():
        return
    home = above / PRACTICE
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / TRAINING).touch()
    command = _command("demo", "--no-serve", "--persons", str(persons))
    subprocess.run(command, env=environment_of(home), check=True)
    keep_as_fresh(above)


def keep_as_fresh(above: Path) -> None:
    """Copy the data folder beside itself; the copy is there whole or not at all."""
    refuse_while_running(above / PRACTICE)
    _copy(above / PRACTICE, above / FRESH)


def put_back(above: Path) -> None:
    """Lay the copy down as the data folder. Raises HosoError HS5547 where none was made yet, or it is being used."""
    from hoso.core.errors import HosoError

    home, old = above / PRACTICE, above / f"{PRACTICE}.old"
    if not (above / FRESH).exists():
        raise HosoError("HS5547", folder=home)
    refuse_while_running(home)
    new = above / f"{PRACTICE}.new"
    _copy(above / FRESH, new)
    shutil.rmtree(old, ignore_errors=True)
    if home.exists():
        home.rename(old)
    new.rename(home)
    shutil.rmtree(old)


def refuse_while_running(home: Path) -> None:
    """Raises HosoError HS5547 while a process uses the data folder."""
    from hoso.core.database.embedded import is_used
    from hoso.core.errors import HosoError

    if is_used(home):
        raise HosoError("HS5547", folder=home)


def environment_of(home: Path) -> dict[str, str]:
    """The environment of a process of the house for training: it knows nothing of the real one."""
    kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in OF_THE_REAL_HOUSE}
    return kept | {"HOSO_HOME": str(home)}


def _copy(source: Path, target: Path) -> None:
    """With owners and modes: the database belongs to an account of its own."""
    half = target.with_name(f"{target.name}.half")
    for left in (half, target):
        shutil.rmtree(left, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(half)], check=True)
    half.rename(target)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from hoso.cli import main; main()", *arguments]
