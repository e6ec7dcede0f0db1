"""`hoso incident`: the file of an incident, and its clocks."""

from datetime import datetime
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json, print_table

STATES = {
    "open": "còn hạn / open",
    "late": "QUÁ HẠN / LATE",
    "done": "đã làm / done",
    "done_late": "làm trễ / done late",
}


@click.group(short_help="Files of incidents, and their clocks.")
def incident() -> None:
    """Files of incidents with the law's clocks: NĐ 331/2026 and, apart from it, Luật 91/2025. See docs/security/incidents.md."""


@incident.command("open", short_help="Begin the file of an incident.")
@click.argument("title")
@click.option(
    "--kind", "kinds", multiple=True, required=True, help="ordinary, serious, national_security, personal_data, …"
)
@click.option("--found", help="When it was known, as 2026-11-26 14:30 (Vietnamese time); without: now.")
@json_option
def open_file(title: str, kinds: tuple[str, ...], found: str | None, as_json: bool) -> None:
    """Begin the file of the incident TITLE; no patient's name or number belongs into it."""
    _open_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.incidents.actions import open_incident

    number = open_incident(operator("incident open"), title, _moment(found), kinds)
    _tell(number, as_json)


@incident.command(short_help="Add what was done.")
@click.argument("number", type=int)
@click.argument("text")
@click.option("--duty", default="", help="The duty it fulfils, as `hoso incident show` names it.")
@click.option("--at", "done", help="When it was done; without: now.")
@json_option
def add(number: int, text: str, duty: str, done: str | None, as_json: bool) -> None:
    """Add a step to the file NUMBER; nothing added is changed later."""
    _open_house()
    from hoso.core.accounts.actions import operator
    from hoso.core.incidents.actions import add_step

    add_step(operator("incident add"), number, text, _moment(done), duty)
    _tell(number, as_json)


@incident.command(short_help="Show a file, or all of them.")
@click.argument("number", type=int, required=False)
@json_option
def show(number: int | None, as_json: bool) -> None:
    """Show the file NUMBER with its clocks; without a number, the list. Exit code 1 where a duty is late."""
    _open_house()
    from hoso.core.incidents.queries import incidents

    if number is not None:
        _tell(number, as_json)
        return
    rows = [(str(one.id), f"{one.found_at:%Y-%m-%d %H:%M}", ", ".join(one.kinds), one.title) for one in incidents()]
    if as_json:
        print_json({"incidents": [row[0] for row in rows]})
    else:
        print_table(("no", "found", "kinds", "title"), rows)


def _open_house() -> None:
    from hoso.cli.house import open_current_house

    open_current_house()


def _moment(text: str | None) -> datetime:
    from django.utils import timezone

    from hoso.cli.restore import read_moment

    return read_moment(text) if text else timezone.now()


def _tell(number: int, as_json: bool) -> None:
    from django.utils import timezone

    from hoso.core.incidents.clocks import duties
    from hoso.core.incidents.queries import incident as file_of

    found, now = file_of(number), timezone.now()
    listed = duties(found.kinds, found.found_at, found.done)
    late = [duty for duty in listed if duty.state(now) == "late"]
    if as_json:
        told: list[dict[str, Any]] = [
            {
                "duty": duty.key,
                "due": duty.due.isoformat(),
                "state": duty.state(now),
                "flow": duty.flow,
                "form": duty.form,
            }
            for duty in listed
        ]
        print_json({"incident": number, "found_at": found.found_at.isoformat(), "duties": told, "late": len(late)})
    else:
        click.echo(
            f"Sự cố / incident {number}: {found.title} ({', '.join(found.kinds)}), {found.found_at:%d/%m/%Y %H:%M}"
        )
        for duty in listed:
            form = f" [{duty.form}]" if duty.form else ""
            weak = (
                ""
                if duty.evidence == "official"
                else " (chưa đối chiếu bản chính thức / not checked against the print)"
            )
            click.echo(
                f"  {duty.due:%d/%m/%Y %H:%M}  {STATES[duty.state(now)]:<22} {duty.key}: {duty.vi}{form} → {duty.to_vi}"
            )
            click.echo(f"  {'':<41} {duty.en} → {duty.to_en}; {duty.source}{weak}")
        for step in found.steps:
            click.echo(f"  {step.done_at:%d/%m/%Y %H:%M}  {step.duty or '-'}: {step.text} ({step.recorded_by})")
    if late:
        raise SystemExit(1)
