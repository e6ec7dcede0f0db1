"""Writing the treating teams of visits: licence numbers, whose holders the database finds when somebody asks.

A team stands for visits that carry labels alone: the rest of a record is open to a facility's own staff anyhow, and each place
in a team costs its holder a little at every look-up (docs/decisions/0080-treating-team-by-licence.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from hoso.core.access.care_team_rules import Members, care_team_rules
from hoso.core.database.bulk import bulk_insert

_COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "encounter": "text", "licence": "text", "kind": "text",
    "facility_id": "bigint", "ends_at": "timestamptz", "added_by": "bigint",
}  # fmt: skip
_ON_KNOWN = (
    "ON CONFLICT (encounter, licence) WHERE licence IS NOT NULL DO UPDATE SET person_id = excluded.person_id,"
    " kind = excluded.kind, facility_id = excluded.facility_id, ends_at = excluded.ends_at"
    " WHERE (access_care_team.person_id, access_care_team.kind, access_care_team.facility_id, access_care_team.ends_at)"
    " IS DISTINCT FROM (excluded.person_id, excluded.kind, excluded.facility_id, excluded.ends_at)"
)
_LEAVE = """
    UPDATE access_care_team t SET ends_at = greatest(clock_timestamp(), t.starts_at + interval '1 microsecond')
    WHERE t.encounter = ANY (%s) AND t.licence IS NOT NULL AND (t.ends_at IS NULL OR t.ends_at > clock_timestamp())
      AND NOT EXISTS (SELECT 1 FROM unnest(%s::text[], %s::text[]) AS stay (visit, number)
                      WHERE stay.visit = t.encounter AND stay.number = t.licence)"""


@dataclass(frozen=True, slots=True)
class VisitTeam:
    """Who treats in one visit; `left` is when it ended, None while it lasts. Without members the team is dissolved, but
    where `more` says that others may be in it."""

    encounter: str
    person_id: int
    source_person_id: int
    facility_id: int
    left: datetime | None
    members: Members
    more: bool = False


def write_care_teams(cursor: Any, writer: int, teams: Iterable[VisitTeam]) -> None:
    """Make these the teams of their visits, in the transaction of `writer`, who may write records: who is no longer named
    leaves now, and of a visit that ended too long ago nobody is entered."""
    teams, now = list(teams), timezone.now()
    if not teams:
        return
    after, rows = care_team_rules().after_end, []
    for team in teams:
        until = team.left + after if team.left else None
        if team.facility_id and (until is None or until > now):
            rows += [
                (team.person_id, team.source_person_id, team.encounter, number, kind, team.facility_id, until, writer)
                for number, kind in sorted(team.members.items())
            ]
    whole = [team.encounter for team in teams if not team.more]
    cursor.execute(_LEAVE, [whole, [row[2] for row in rows], [row[3] for row in rows]])
    bulk_insert(cursor, "access_care_team", _COLUMNS, rows, _ON_KNOWN)


def part_care_teams(cursor: Any, old_person: int, new_person: int, sources: list[int]) -> None:
    """Two persons are parted: the teams of visits that were filed under these sources follow their visits back. (A join moves
    them with the grants.) Else who treats the one would learn who the other is."""
    cursor.execute(
        "UPDATE access_care_team SET person_id = %s WHERE person_id = %s AND source_person_id = ANY (%s)",
        [new_person, old_person, sources],
    )
