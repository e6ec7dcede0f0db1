"""`hoso doctor`: looks the installation over and says what to do."""

import click

from hoso.cli.terminal import json_option, print_json


@click.command(short_help="Look the installation over.")
@json_option
def doctor(as_json: bool) -> None:
    """Check the installation; each line is ok, warning or problem with what to do. Exit code 1 on a problem."""
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
