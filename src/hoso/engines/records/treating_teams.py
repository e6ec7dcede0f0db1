"""The treating team of a visit, as the resources that are filed of it name it; for labels by hand and what FHIR writes.

(What arrives in packages names its team itself: of a withheld visit there are no resources to look at.)
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from hoso.core.access.care_team import VisitTeam, write_care_teams
from hoso.core.access.care_team_rules import TeamKind, care_team_rules
from hoso.core.accounts.licence_numbers import licence_number
from hoso.core.accounts.machines import as_intake_service
from hoso.engines.people.described import SID
from hoso.engines.records.fhir.search.moments import END, spans_of
from hoso.engines.records.reading import NOBODY
from hoso.engines.records.resource_types import NUMBERS, name_of

LICENCE_SYSTEM = SID + "giay-phep-hanh-nghe"
_READ_ALONE = {"Observation", "DiagnosticReport", "ImagingStudy"}  # who reads a result does not treat
Json = Any
Named = tuple[Mapping[str, Json], TeamKind]  # a reference to a practitioner
_VISITS = """
    SELECT r.encounter, r.type, r.body, r.deleted, r.person_id, r.source_person_id, r.facility_id, r.happened,
           r.package_id
    FROM records_resource r WHERE r.encounter = ANY (%s) AND r.person_id = ANY (%s) AND EXISTS (
        SELECT 1 FROM records_resource x
        WHERE x.person_id = r.person_id AND x.encounter = r.encounter AND x.sensitivity <> 0 AND NOT x.deleted)"""


def settle_teams(cursor: Any, persons: Iterable[int], visits: Iterable[str]) -> None:
    """Let who is named in these visits of these persons be their teams, so far as something of them carries a label."""
    visits = sorted(set(visits))
    if not visits:
        return
    with as_intake_service() as service:
        cursor.execute(_VISITS, [visits, sorted(set(persons))])
        by_visit: dict[str, list[tuple[Any, ...]]] = {}
        for visit, *row in cursor.fetchall():
            by_visit.setdefault(visit, []).append(tuple(row))
        named = {visit: list(_named(rows)) for visit, rows in by_visit.items()}
        numbers = _numbers_of(cursor, [one for found in named.values() for one, _ in found])
        teams = [team for visit, rows in by_visit.items() if (team := _team(visit, rows, named[visit], numbers))]
        write_care_teams(cursor, service, teams)


def _named(rows: Iterable[tuple[Any, ...]]) -> Iterator[Named]:
    for number, body, deleted, *_ in rows:
        if deleted or (name := name_of(number)) in _READ_ALONE:
            continue
        content = orjson.loads(bytes(body))
        if name == "Encounter":
            yield from _participants(content.get("participant", ()))
        else:
            yield from ((one, "team") for one in _references(content))


def _participants(given: Iterable[Mapping[str, Json]]) -> Iterator[Named]:
    rules = care_team_rules()
    for one in given:
        types = {coding.get("code") for concept in one.get("type", ()) for coding in concept.get("coding", ())}
        if "individual" in one and not types & rules.never:
            yield one["individual"], "own" if types & rules.in_charge else "team"


def _references(node: Json) -> Iterator[Mapping[str, Json]]:
    """Every reference to a practitioner, wherever in the resource."""
    if isinstance(node, dict):
        if _licences([node.get("identifier")]) or _practitioner_id(node):
            yield node
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _licences(identifiers: Iterable[Json]) -> tuple[str, ...]:
    """Every licence number among identifiers: who has a new one is still named by the old one here and there."""
    found = (
        licence_number(one.get("value", ""))
        for one in identifiers
        if isinstance(one, dict) and one.get("system") == LICENCE_SYSTEM
    )
    return tuple(filter(None, found))


def _practitioner_id(reference: Mapping[str, Json]) -> str:
    kind, _, id_ = str(reference.get("reference", "")).rpartition("/")
    return id_ if kind.rpartition("/")[2] == "Practitioner" else ""


def _numbers_of(cursor: Any, references: Iterable[Mapping[str, Json]]) -> dict[str, tuple[str, ...]]:
    """The licence numbers of the practitioners that are filed here, by id."""
    ids = sorted({id_ for one in references if (id_ := _practitioner_id(one))})
    if not ids:
        return {}
    cursor.execute(
        "SELECT id, body FROM records_resource WHERE person_id = %s AND type = %s AND id = ANY (%s) AND NOT deleted",
        [NOBODY, NUMBERS["Practitioner"], ids],
    )
    return {id_: _licences(orjson.loads(bytes(body)).get("identifier", ())) for id_, body in cursor.fetchall()}


def _team(
    visit: str, rows: list[tuple[Any, ...]], named: Iterable[Named], numbers: Mapping[str, tuple[str, ...]]
) -> VisitTeam | None:
    """None where the visit itself is not filed here: nobody knows when it ends."""
    encounter = next((row for row in rows if row[0] == NUMBERS["Encounter"]), None)
    if encounter is None:
        return None
    _, body, deleted, person, source, facility, happened, package = encounter
    members: dict[str, TeamKind] = {}
    for reference, kind in named if not deleted else ():
        for number in _licences([reference.get("identifier")]) or numbers.get(_practitioner_id(reference), ()):
            members[number] = "own" if kind == "own" else members.get(number, kind)
    left = _left(orjson.loads(bytes(body)), happened)
    # What is withheld of a package named others, of whom nothing is filed.
    return VisitTeam(visit, person, source, facility, left, members, more=bool(package))


def _left(encounter: Mapping[str, Json], happened: datetime) -> datetime | None:
    """When the visit ended; None while it lasts."""
    spans = spans_of("Period", encounter.get("period", {}))
    end = spans[0][1] if spans else END
    if end < END:
        return end
    return happened if encounter.get("status") in ("finished", "cancelled", "entered-in-error") else None
