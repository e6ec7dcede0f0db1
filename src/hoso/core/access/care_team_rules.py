"""Who belongs to the treating team of a visit, and how long after it (``definitions/access/care_team.yaml``). No Django here:
the intake's helper processes read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal

from hoso.core.definitions import definitions_folder, read_definition

TeamKind = Literal["own", "team"]  # in charge of the visit, or helping
Members = Mapping[str, TeamKind]  # by licence number


@dataclass(frozen=True)
class CareTeamRules:
    """`fields`: the fields of a table of the claim data, each with the kind of those it names. `in_charge`, `never`: types of
    a FHIR participant."""

    after_end: timedelta
    fields: Mapping[int, tuple[tuple[str, TeamKind], ...]]
    in_charge: frozenset[str]
    never: frozenset[str]


@cache
def care_team_rules() -> CareTeamRules:
    given = read_definition(definitions_folder() / "access" / "care_team.yaml")
    fields: dict[int, tuple[tuple[str, TeamKind], ...]] = {}
    for one in given["fields"]:
        fields[one["table"]] = (*fields.get(one["table"], ()), (one["name"], one["kind"]))
    participants = given["participants"]
    return CareTeamRules(
        timedelta(days=given["days_after_end"]),
        fields,
        frozenset(participants["own"]),
        frozenset(participants["never"]),
    )
