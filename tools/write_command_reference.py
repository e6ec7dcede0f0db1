"""Write docs/reference/commands.md from the command line itself; `--check` only compares."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from hoso.cli import hoso

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"

HEAD = """# Commands

Written by `tools/write_command_reference.py`; do not edit. `hoso COMMAND --help` tells the same. Exit codes: 0 done,
1 a check failed, 2 refused with a coded error (docs/reference/errors.md) or a wrong argument.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(name, command) for name, command in _commands("hoso", hoso))


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    if name != "hoso":
        yield name, command
    for short, below in sorted(command.commands.items()):
        yield from _commands(f"{name} {short}", below)


def _section(name: str, command: click.Command) -> str:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option)]
    usage = " ".join([name, *(_argument(argument) for argument in arguments)])
    lines = [f"\n## `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"]
    if options:
        lines.append("\n| option | meaning |\n|---|---|\n")
        lines += [f"| {_option(option)} | {option.help or ''}{_default(option)} |\n" for option in options]
    return "".join(lines)


def _argument(argument: click.Argument) -> str:
    word = (argument.name or "").upper()
    return f"{word}…" if argument.nargs == -1 else word


def _option(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.type.name.upper()}"
    if isinstance(option.type, click.Choice):
        value = " " + "\\|".join(map(str, option.type.choices))
    return ", ".join(f"`{name}{value}`" for name in option.opts)


def _default(option: click.Option) -> str:
    return f" Default: {option.default}." if option.show_default else ""


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is not up to date: run tools/write_command_reference.py")
