"""Reading the record for people: timeline, visit, trend. Each runs inside `core.access.reading.read`."""

from datetime import datetime

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.records.models import ResultPoint, Timeline, Visit
from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import code_of
from hoso.engines.records.pages.lines import course_note, medication_line, result_line, service_line
from hoso.engines.records.pages.papers import costs_of, paper_of
from hoso.engines.records.pages.summary import timeline_visit, visit_facts
from hoso.engines.records.reading import StoredResource, resources_of_person
from hoso.engines.records.resource_types import NUMBERS

VISIT_TYPES = (
    "Encounter", "MedicationRequest", "Procedure", "ServiceRequest", "ChargeItem", "Observation", "ClinicalImpression",
    "Composition", "Claim", "Coverage", "Flag",
)  # fmt: skip
ENCOUNTER = NUMBERS["Encounter"]
SAME_MOMENT = 20  # visits that may begin in one minute


def timeline(scope: Scope, person_id: int, before: datetime | None = None, limit: int = 50) -> Timeline:
    """Visits of a person, newest first, `limit` at a time; ask again with `before` = the last one's start."""
    found = resources_of_person(scope, person_id, ["Encounter"], before=before, limit=limit + SAME_MOMENT)
    visits = found[:limit]
    # The next page begins before the last start shown, so visits of that very moment belong to this one.
    visits += [one for one in found[limit:] if one.happened == visits[-1].happened]
    more = len(found) > len(visits)
    displays = Displays.of(visits)
    marked = {row.encounter for row in resources_of_person(scope, person_id, ["Flag"]) if _is_mark(row)}
    # Where the page holds every visit, it knows the years without another question.
    years: tuple[int | None, int | None]
    if visits and before is None and not more:
        years = visits[-1].happened.year, visits[0].happened.year
    else:
        years = _years(scope, person_id)
    return Timeline(
        visits=tuple(timeline_visit(one, displays, marked) for one in visits),
        more=more,
        first_year=years[0],
        last_year=years[1],
        allergies=_allergies(scope, person_id),
    )


def visit(scope: Scope, person_id: int, encounter: str) -> Visit | None:
    """Everything filed of one visit; None where it is not in this scope."""
    rows = resources_of_person(scope, person_id, VISIT_TYPES, encounter=encounter)
    main = next((row for row in rows if row.type == "Encounter"), None)
    if main is None:
        return None
    displays = Displays.of(rows)
    claim = next((row for row in rows if row.type == "Claim"), None)
    costs = costs_of(claim, displays) if claim else None
    facts = visit_facts(main)
    return Visit(
        summary=timeline_visit(main, displays, {main.id} if any(map(_is_mark, rows)) else ()),
        reason=facts.reason,
        admission_diagnosis=facts.admission_diagnosis,
        discharge_diagnosis=facts.discharge_diagnosis,
        insurance_card=_card(rows),
        medications=tuple(medication_line(row, displays) for row in _in_order(rows, "MedicationRequest")),
        services=tuple(
            service_line(row, displays) for row in _in_order(rows, "ServiceRequest", "Procedure", "ChargeItem")
        ),
        results=tuple(result_line(row) for row in _in_order(rows, "Observation")),
        course=tuple(course_note(row) for row in _in_order(rows, "ClinicalImpression")),
        papers=tuple(paper_of(row) for row in _in_order(rows, "Composition")),
        costs=costs,
        source=facts.decision,
        versions=tuple(_versions(scope, person_id, rows)),
    )


def trend(scope: Scope, person_id: int, code: str, limit: int = 200) -> list[ResultPoint]:
    """Every result with this indicator code, oldest first."""
    points = []
    for row in resources_of_person(scope, person_id, ["Observation"], limit=5000):
        content = row.content()
        codes = [coding.get("code") for coding in content["code"].get("coding", [])]
        if code in codes:
            line = result_line(row)
            points.append(ResultPoint(row.happened, line.number, line.value, row.encounter or ""))
    return points[:limit][::-1]


def _is_mark(row: StoredResource) -> bool:
    """Whether a resource says that something of its visit is withheld by rule."""
    return row.type == "Flag" and code_of(row.content().get("code")) == "content-withheld"


def _in_order(rows: list[StoredResource], *types: str) -> list[StoredResource]:
    wanted = [row for row in rows if row.type in types]
    return sorted(wanted, key=lambda row: (row.source_table, row.source_line))


def _card(rows: list[StoredResource]) -> str:
    return next((row.content().get("subscriberId", "") for row in rows if row.type == "Coverage"), "")


def _versions(scope: Scope, person_id: int, rows: list[StoredResource]) -> list[datetime]:
    """When anything of the visit was written: one moment for each sending that changed it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT last_updated FROM records_resource r WHERE r.person_id = %s AND r.encounter = %s AND {scope.persons("r", of_visits=True)}
            UNION SELECT last_updated FROM records_resource_version v
            WHERE v.person_id = %s AND v.encounter = %s AND {scope.persons("v", of_visits=True)} ORDER BY 1 DESC
            """,
            [person_id, rows[0].encounter] * 2,
        )
        return [row[0] for row in cursor.fetchall()]


def _years(scope: Scope, person_id: int) -> tuple[int | None, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT extract(year FROM min(happened))::int, extract(year FROM max(happened))::int
            FROM records_resource r WHERE r.person_id = %s AND r.type = %s AND NOT r.deleted AND {scope.persons("r", of_visits=True)}
            """,
            [person_id, ENCOUNTER],
        )
        first, last = cursor.fetchone()
    return first, last


def _allergies(scope: Scope, person_id: int) -> tuple[str, ...]:
    rows = resources_of_person(scope, person_id, ["AllergyIntolerance"], limit=50)
    return tuple(row.content().get("code", {}).get("text", "") for row in rows)
