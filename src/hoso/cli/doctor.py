"""`hoso doctor`: looks the installation over and says what to do."""

import click

from hoso.cli.terminal import json_option, print_json, progress_bar


@click.command(short_help="Look the installation over.")
@click.option("--scan-for", "number", help="Look where this number lies in the clear; - asks for it, unseen.")
@json_option
def doctor(number: str | None, as_json: bool) -> None:
    """Check the installation; each line is ok, warning or problem with what to do. Exit code 1 on a problem.

    With --scan-for: every table, every file of the data folder and of HOSO_BACKUP is searched for a planted number.
    """
    if number is not None:
        _scan(click.prompt("Số / number", hide_input=True) if number == "-" else number, as_json)
        return
    from hoso.cli.checkup import all_findings

    findings = []
    for finding in all_findings():
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.state:<8} {finding.name}: {finding.told}")
            if finding.what_to_do:
                click.echo(f"{'':<8}   → {finding.what_to_do}")
    problems = sum(finding.state == "problem" for finding in findings)
    if as_json:
        print_json({"findings": [finding.as_dict() for finding in findings], "problems": problems})
    if problems:
        raise SystemExit(1)


def _scan(number: str, as_json: bool) -> None:
    from hoso.cli.house import home, open_house
    from hoso.cli.scan import scan
    from hoso.config.environment import read_environment

    if len(number) < 6:
        raise click.BadParameter("6 ký tự trở lên / 6 characters or more", param_hint="--scan-for")
    open_house()
    backup = read_environment()["HOSO_BACKUP"]
    with progress_bar("B") as progress:
        found = list(scan(number, home(), [backup] if backup else [], progress))
    wrong = [one for one in found if not one.allowed]
    if as_json:
        told = [{"place": one.place, "allowed": one.allowed, "reason": one.reason} for one in found]
        print_json({"found": told, "problems": len(wrong)})
    else:
        for one in found:
            click.echo(f"{'ok' if one.allowed else 'problem':<8} {one.place}: {one.reason}")
        click.echo(f"{len(found)} nơi / places, {len(wrong)} không được phép / not allowed")
    if wrong:
        raise SystemExit(1)
