"""Whom a sent visit names as treating: licence numbers, by definitions/access/care_team.yaml."""

from hoso.core.access.care_team_rules import TeamKind, care_team_rules
from hoso.core.accounts.licence_numbers import licence_number
from hoso.engines.intake.sent import SentVisit


def treating(sent: SentVisit) -> dict[str, TeamKind]:
    """By number the kind: who is named in both ways is in charge."""
    named: set[tuple[str, TeamKind]] = set()
    for table, fields in care_team_rules().fields.items():
        for values in sent.tables.get(table, ()):
            named.update((values.get(name, ""), kind) for name, kind in fields)
    found: dict[str, TeamKind] = {}
    for text, kind in named:
        for number in filter(None, map(licence_number, text.split(";"))):
            found[number] = "own" if kind == "own" else found.get(number, kind)
    return found
