"""What the commands show on a terminal: a progress bar, a table, one line of JSON."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hoso.core.files.row_reports import Refusal

Progress = Callable[[int, int], None]

json_option = click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")


@contextmanager
def progress_bar(unit: str) -> Iterator[Progress]:
    """Yield a function of (done, total) that moves a bar; silent where the output is no terminal. Bytes are "B"."""
    from tqdm import tqdm

    scaled = unit == "B"
    shown = unit if scaled else f" {unit}"
    with tqdm(unit=shown, unit_scale=scaled, disable=not sys.stderr.isatty(), dynamic_ncols=True) as bar:

        def move(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield move


def print_json(summary: Mapping[str, object]) -> None:
    click.echo(json.dumps(summary, ensure_ascii=False, default=str))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their longest text."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def print_refusals(refusals: "Sequence[Refusal]") -> None:
    """Each refused row on the error output: where, the code, the message in both languages."""
    for refusal in refusals:
        click.echo(f"{refusal.row:>6}  {refusal.field}  {refusal.error.code}: {refusal.error.message('vi')}", err=True)
        click.echo(f"        {refusal.error.message('en')}", err=True)
