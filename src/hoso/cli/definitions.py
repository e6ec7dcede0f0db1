"""`hoso definitions`: checks the files that experts own, and gives back what was changed here."""

from pathlib import Path

import click


@click.group(short_help="Check and export definitions.")
def definitions() -> None:
    """The files that experts own (exchange, access, sensitivity, …), and what was changed in this installation."""


@definitions.command(short_help="Check every definition file.")
def check() -> None:
    """Read every definition file as the house reads it; exit code 1 where one is wrong."""
    from hoso.config.definition_checks import check_definitions

    wrong = 0
    for name, problem in check_definitions():
        click.echo(f"{'problem' if problem else 'ok':<8} {name}{f': {problem}' if problem else ''}")
        wrong += bool(problem)
    if wrong:
        raise SystemExit(1)


@definitions.command(short_help="Write what is loaded as files.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--all", "everything", is_flag=True, help="Also what ships, not only what was changed here.")
def export(folder: Path, everything: bool) -> None:
    """Write the loaded definitions to FOLDER as files of the same shape (now: access/roles.yaml)."""
    from hoso.cli.house import open_current_house

    open_current_house()
    import yaml

    from hoso.core.access.loaded_roles import loaded_roles

    roles = loaded_roles(everything)
    target = folder / "access" / "roles.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump({"roles": roles}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    click.echo(f"{target}: {len(roles)}")
