"""`hoso units`: decisions on administrative units: taken in, looked at, approved, applied on their day, undone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import json_option, print_json, print_refusals, print_table

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor
    from hoso.core.places.decisions.decision import Decision


@click.group(short_help="Decisions on administrative units.")
def units() -> None:
    """Decisions that open, close, merge, split or rename administrative units (CSV, XLSX or YAML)."""


@units.command(short_help="Write an example of the file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write the template of a decision to FILE (CSV), an example row for each kind of change."""
    from hoso.core.places.decisions.sheet import template as content

    file.write_text(content(), encoding="utf-8-sig", newline="")


@units.command("import", short_help="Take a decision in as a draft.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Take the decision in FILE in as a draft: whole, or, with every wrong row named, not at all."""
    from hoso.core.places.decisions.actions import import_decision

    report = import_decision(_open("import"), file)
    if as_json:
        print_json(report.as_dict())
    else:
        print_refusals(report.refusals)
        click.echo(f"{report.rows} dòng / rows: {report.taken} đã nhận / taken, {len(report.refused_rows)} sai / wrong")
    if report.refusals:
        raise SystemExit(2)


@units.command("list", short_help="The decisions and how they stand.")
@json_option
def list_(as_json: bool) -> None:
    """List the decisions, the latest first day first."""
    _open("list")
    from hoso.core.places.decisions.queries import decision_list

    found = decision_list()
    rows = [
        (one.header.number, f"{one.header.in_force_from:%d/%m/%Y}", one.state, one.hindered_by or "") for one in found
    ]
    if as_json:
        print_json(
            {
                "decisions": [
                    dict(zip(("number", "in_force_from", "state", "hindered_by"), row, strict=True)) for row in rows
                ]
            }
        )
    else:
        print_table(("số / number", "hiệu lực / in force", "trạng thái / state", ""), rows)


@units.command(short_help="What a decision moves.")
@click.argument("number")
@json_option
def preview(number: str, as_json: bool) -> None:
    """Show every unit that ends and begins with decision NUMBER, every facility, and what is kept of the units."""
    _open("preview")
    from hoso.core.places.decisions.preview import preview_of

    shown = preview_of(_found(number))
    if as_json:
        print_json(shown.as_dict())
        return
    print_refusals(shown.refusals)
    for line in shown.lines:
        heirs = "; ".join(
            f"{heir.address} ({heir.share:.3g}{', mặc định bằng nhau / equal by default' if heir.is_default else ''})"
            for heir in line.heirs
        )
        click.echo(f"{line.code} {line.address} → {heirs or 'không có / nobody'}")
        for use in line.uses:
            click.echo(f"    {use.title_vi} / {use.title_en} {use.detail}: {use.number}")
        for code, name, to in line.facilities:
            click.echo(f"    {code} {name} → {to or 'chưa biết / not told'}")
    for unit in shown.opened:
        click.echo(f"+ {unit}")


@units.command(short_help="Let a decision take effect on its day.")
@click.argument("number")
def approve(number: str) -> None:
    """Approve decision NUMBER: it is applied on its day, or at once where that day has passed."""
    from hoso.core.places.decisions import actions

    actor = _open("approve")
    actions.approve(actor, _found(number).id)
    click.echo(f"{number}: đã duyệt / approved")


@units.command("apply", short_help="Apply what is due.")
@json_option
def apply_(as_json: bool) -> None:
    """Apply every approved decision whose day has come; the worker does so by itself every ten minutes."""
    from hoso.core.places.decisions.actions import apply_due

    applied, hindered = apply_due(_open("apply"))
    if as_json:
        print_json({"applied": applied, "hindered": hindered})
    else:
        click.echo(f"{applied} đã áp dụng / applied, {hindered} vướng / hindered")
    if hindered:
        raise SystemExit(2)


@units.command(short_help="Undo an applied decision.")
@click.argument("number")
@click.option("--reason", required=True, help="Why; kept with the decision.")
def undo(number: str, reason: str) -> None:
    """Undo decision NUMBER, as long as nobody has reported on the units it made or lives there."""
    from hoso.core.places.decisions import actions

    actor = _open("undo")
    actions.undo(actor, _found(number).id, reason)
    click.echo(f"{number}: đã hoàn tác / undone")


def _open(command: str) -> "Actor":
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.accounts.actions import operator

    return operator(f"units {command}")


def _found(number: str) -> "Decision":
    from hoso.core.errors import HosoError
    from hoso.core.places.decisions.queries import decision_by_number

    found = decision_by_number(number)
    if found is None:
        raise HosoError("HS6196", number=number)
    return found
