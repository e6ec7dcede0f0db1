"""`hoso bench NAME`: measures. A benchmark is a module of hoso.bench with `measure(size) -> Figure`, the summary in its
docstring, and `prepare(size) -> str` where it needs data built beforehand."""

from collections.abc import Callable
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json

size_option = click.option(
    "--size", type=click.Choice(["small", "full"]), default="small", show_default=True, help="small ends in a minute."
)


class Benchmarks(click.Group):
    """One command for each benchmark module, and `prepare`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*benchmark_names(), *super().list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = super().get_command(ctx, cmd_name)
        if known is not None or cmd_name not in benchmark_names():
            return known
        return _measuring(cmd_name)


@click.group(cls=Benchmarks, short_help="Measure speed.")
def bench() -> None:
    """Measure. Every benchmark ends with one line: BENCH name=… value=… unit=… peer=… ratio=…"""


@bench.command(short_help="Build the data of a benchmark once.")
@click.argument("name")
@click.option("--size", type=click.Choice(["small", "full"]), default="full", show_default=True, help="Which data.")
def prepare(name: str, size: str) -> None:
    """Build the data of the benchmark NAME; data that is there already is kept."""
    if name not in benchmark_names():
        raise click.BadParameter(f"{name}; có / there are: {', '.join(benchmark_names())}", param_hint="NAME")
    module = _module(name)
    if not hasattr(module, "prepare"):
        click.echo(f"{name}: không cần chuẩn bị / nothing to prepare")
        return
    click.echo(module.prepare(size))


def benchmark_names() -> list[str]:
    """Names of the benchmarks; `person_search.py` is called `person-search`."""
    import ast
    import pkgutil
    from pathlib import Path

    import hoso.bench

    names = []
    for entry in pkgutil.iter_modules(hoso.bench.__path__):
        path = Path(hoso.bench.__path__[0]) / f"{entry.name}.py"
        if path.exists() and _defines_measure(ast.parse(path.read_bytes())):
            names.append(entry.name.replace("_", "-"))
    return names


def _defines_measure(tree: Any) -> bool:
    return any(getattr(node, "name", "") == "measure" for node in tree.body)


def _module(name: str) -> Any:
    from importlib import import_module

    return import_module(f"hoso.bench.{name.replace('-', '_')}")


def _measuring(name: str) -> click.Command:
    def run(size: str, as_json: bool) -> None:
        figure = _module(name).measure(size)
        if as_json:
            print_json(figure.as_dict())
        click.echo(figure.line())

    decorated: Callable[..., None] = json_option(size_option(run))
    return click.command(name, short_help=f"Measure {name}.")(decorated)
