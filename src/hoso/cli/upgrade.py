"""`hoso upgrade`: brings the database to this version's schema, after a rehearsal on a copy where asked."""

import click

from hoso.cli.terminal import json_option, print_json


@click.command(short_help="Bring the database to this version.")
@click.option(
    "--rehearse", is_flag=True, help="Try it on a copy of the database, tell what would happen, drop the copy."
)
@json_option
def upgrade(rehearse: bool, as_json: bool) -> None:
    """Bring schema and shipped definitions to this version. What an administrator made (origin local) stays."""
    import time

    from hoso.cli.house import open_house

    open_house()
    if rehearse:
        _rehearse(as_json)
        return
    from hoso.config.start import upgrade_schema
    from hoso.core.database.schema import pending_migrations

    pending, started = pending_migrations(), time.monotonic()
    upgrade_schema()
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print_json({"migrated": pending, "seconds": seconds})
        return
    click.echo(f"Đã nâng cấp: {len(pending)} bước, {seconds} giây. Upgraded: {len(pending)} steps, {seconds} s.")


def _rehearse(as_json: bool) -> None:
    from hoso.cli.rehearsal import rehearse

    report = rehearse()
    if as_json:
        print_json(report.as_dict())
        return
    click.echo(f"Bước / steps: {len(report.pending)}   thời gian / time: {report.seconds} s")
    for name in report.pending:
        click.echo(f"  {name}")
    for table, (before, after) in report.changed_counts().items():
        click.echo(f"  {table}: {before} → {after} dòng / rows")
    if report.lost():
        click.echo(f"CẢNH BÁO: có bảng bớt dòng. WARNING: tables lost rows: {', '.join(report.lost())}")
        raise SystemExit(1)
    click.echo("Diễn tập xong, bản sao đã xoá. Rehearsed; the copy is dropped.")
