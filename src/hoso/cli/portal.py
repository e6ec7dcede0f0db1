"""`hoso portal`: papers of ended visits on the ministry's portal (its protocol is not published: unofficial)."""

from dataclasses import asdict
from datetime import datetime

import click

from hoso.cli.terminal import json_option, print_json, print_table, progress_bar

STATES = {
    "accepted": "được nhận / accepted",
    "refused": "bị từ chối / refused",
    "different": "cổng giữ bản khác / different there",
    "withheld": "giữ lại / withheld",
    "same": "không có gì mới / nothing new",
    "failed": "chưa gửi được, sẽ thử lại / failed, tried again later",
    "superseded": "đã đổi trong lúc gửi / changed meanwhile",
}


@click.group(short_help="Papers of visits on the ministry's portal.")
def portal() -> None:
    """Send, compare, and see how it stands. `hoso worker` does the first two by itself every night (HOSO_MINISTRY_PORTAL_AT).

    The real portal's protocol is not published: what HoSo speaks is unofficial.
    """


@portal.command(short_help="Send everything that waits now.")
@json_option
def send(as_json: bool) -> None:
    """Note what was written since the last time and send everything that waits, without waiting for the night.

    It may be stopped or killed at any moment: nothing is lost and nothing is done twice at the portal.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.engines.records.ministry_portal.gateway import portal_gateway
    from hoso.engines.records.ministry_portal.noting import note_changes
    from hoso.engines.records.ministry_portal.sending import send_due

    portal_gateway()
    noted = note_changes()
    with progress_bar("giấy tờ / documents") as progress:
        ended = send_due(all_waiting=True, progress=progress)
    if as_json:
        print_json({"noted": noted, **{state: ended[state] for state in STATES}})
        return
    for state, words in STATES.items():
        if ended[state]:
            click.echo(f"{ended[state]:>12,}  {words}")
    if not ended:
        click.echo("Không có gì chờ gửi. Nothing waits.")


@portal.command(short_help="Compare with the portal's listing.")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]))
@json_option
def reconcile(day: datetime | None, as_json: bool) -> None:
    """Compare the portal's listing of DAY (on which visits ended) with ours; without DAY yesterday's, and the days of whatever
    was answered since the last time."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from django.utils import timezone

    from hoso.engines.records.ministry_portal.reconciling import days_to_compare
    from hoso.engines.records.ministry_portal.reconciling import reconcile as compare

    days = [day.date()] if day else days_to_compare(timezone.localdate())
    found = [(one, difference) for one in days for difference in compare(one)]
    if as_json:
        told = [{"day": one.isoformat(), "name": found_.name, "kind": found_.kind} for one, found_ in found]
        print_json({"days": [one.isoformat() for one in days], "differences": told})
        return
    click.echo(f"{len(days):>12,}  ngày đã đối chiếu / days compared")
    click.echo(f"{len(found):>12,}  khác nhau / differences")
    if found:
        print_table(
            ("ngày / day", "giấy tờ / document", ""), [(f"{one:%d/%m/%Y}", two.name, two.kind) for one, two in found]
        )


@portal.command(short_help="Tell how it stands.")
@json_option
def status(as_json: bool) -> None:
    """How many documents wait, were accepted, refused, given up; when it ran last and what was wrong."""
    from hoso.cli.house import open_current_house

    open_current_house()
    from hoso.core.errors import HosoError
    from hoso.engines.records.ministry_portal.gateway import portal_is_on
    from hoso.engines.records.ministry_portal.runs import last_run
    from hoso.engines.records.ministry_portal.schedule import next_night
    from hoso.engines.records.ministry_portal.standing import standing

    runs, now, on = [one for act in ("send", "reconcile") if (one := last_run(act))], standing(), portal_is_on()
    if as_json:
        told = [{**asdict(one), "began_at": one.began_at.isoformat(), "ended_at": one.ended_at and one.ended_at.isoformat(),
                 "day": one.day and one.day.isoformat()} for one in runs]  # fmt: skip
        print_json({"on": on, "next": next_night().isoformat() if on else None, **asdict(now), "runs": told})
        return
    click.echo("Đang bật / on" if on else "Đang tắt / off (HOSO_MINISTRY_PORTAL)")
    if on:
        click.echo(f"Lần tới / next: {next_night():%d/%m/%Y %H:%M}")
    rows = [(name, f"{value:,}") for name, value in asdict(now).items()]
    print_table(("", ""), rows)
    for one in runs:
        click.echo(f"{one.act}: {one.began_at:%d/%m/%Y %H:%M} {one.trouble or 'ok'} ({one.told:,})")
        if one.trouble:
            click.echo(f"  {HosoError(one.trouble, reason='–').what_to_do('vi')}")
