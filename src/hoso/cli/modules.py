"""`hoso modules`: the modules this installation holds."""

from pathlib import Path
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json, print_table


@click.command(short_help="List the modules.")
@json_option
def modules(as_json: bool) -> None:
    """List the modules: name, title, and the plan or law each one answers."""
    found = installed_modules()
    if as_json:
        print_json({"modules": found})
    elif found:
        head = ("MODULE", "TÊN", "TITLE", "CĂN CỨ / BASIS")
        keys = ("name", "title_vi", "title_en", "basis")
        print_table(head, [[str(entry.get(key, "")) for key in keys] for entry in found])
    else:
        click.echo("Chưa có phân hệ nào. No modules yet.")


def installed_modules() -> list[dict[str, Any]]:
    """What each module says of itself in its module.toml, by name."""
    import tomllib

    import hoso.modules

    folders = [Path(folder) for folder in hoso.modules.__path__]
    files = sorted(path for folder in folders for path in folder.glob("*/module.toml"))
    return [{"name": path.parent.name, **tomllib.loads(path.read_text(encoding="utf-8"))} for path in files]
