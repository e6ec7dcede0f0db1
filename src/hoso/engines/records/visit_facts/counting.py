"""Ended visits counted without looking at persons, and listed for whoever may look. A visit counts on the day it ended."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from hoso.core.access.labels import withheld_mask
from hoso.core.access.policy import Scope
from hoso.engines.records.listed_facts import wanted_lines
from hoso.engines.records.visit_facts.facts import CountedVisits, SeenVisit, VisitFacts

DESTINATION = "statistics"  # of definitions/sensitivity/destinations.yaml


def count_visits(facilities: Sequence[int], first: date, last: date) -> list[CountedVisits]:
    """Visits that ended on these days (both included), added up by what is alike.

    Runs inside the caller's transaction: the database counts the facilities alone whose statistics the actor writes for
    the purpose of it. No person and no visit is among what it gives.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT class, kinds, outcomes, main, sex, age, visits, days FROM records_count_visits(%s, %s, %s, %s)",
            [list(facilities), first, last, withheld_mask(DESTINATION)],
        )
        return [CountedVisits(_facts(row[:6]), row[6], row[7]) for row in cursor.fetchall()]


def list_visits(
    scope: Scope, facilities: Sequence[int], first: date, last: date, wanted: Callable[[VisitFacts], bool], limit: int
) -> list[SeenVisit]:
    """The same visits one by one, as far as the scope and row security show them: at most `limit` that are `wanted`, in the
    order of their end."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT v.class, v.kinds, v.outcomes, v.main, v.sex, v.age, v.sensitivity, v.person_id, p.name,
                   extract(year FROM p.birth_date)::int, v.encounter, v.facility_id, v.happened, v.ended
            FROM records_ended_visit v JOIN people_person p ON p.person_id = v.person_id
            WHERE v.facility_id = ANY (%s) AND v.ended BETWEEN %s AND %s AND (v.sensitivity & %s) = 0
              AND {scope.persons("v", of_visits=True)}
            ORDER BY v.ended, v.encounter
            """,
            [list(facilities), first, last, withheld_mask(DESTINATION)],
        )
        return [SeenVisit(facts, *more) for facts, more in wanted_lines(cursor, _facts, wanted, limit)]


def _facts(row: Sequence[Any]) -> VisitFacts:
    visit_class, kinds, outcomes, main, sex, age = row
    return VisitFacts(visit_class, frozenset(kinds), frozenset(outcomes), main, sex, age)
