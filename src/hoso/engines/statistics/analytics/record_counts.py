"""Figures of the record itself: how many people have one, of how many it is fresh, and what share of the population that is.

Of several months the last counts, unit by unit, as with a stock. A share is asked of sums, never averaged: enrolment over
those units alone whose population was reported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from hoso.engines.statistics.analytics.membership import MEMBERS, members_of, unit_parameters
from hoso.engines.statistics.analytics.question import Cell, Scope, rounded


@dataclass(frozen=True, slots=True)
class RecordState:
    """`enrolled`: the people of units whose population is known."""

    people: int
    fresh: int
    enrolled: int
    population: Decimal


def _share(part: int, whole: int | Decimal) -> Decimal | None:
    return rounded(Decimal(100 * part) / whole) if whole else None


RECORD = "record"  # what the names of these data items begin with, as `record.PEOPLE`
RECORD_FIGURES: dict[str, Callable[[RecordState], Decimal | None]] = {
    "PEOPLE": lambda one: Decimal(one.people),
    "FRESH": lambda one: Decimal(one.fresh),
    "FRESH_RATE": lambda one: _share(one.fresh, one.people),
    "POPULATION": lambda one: one.population or None,
    "ENROLMENT_RATE": lambda one: _share(one.enrolled, one.population),
}
PARTS = {"FRESH_RATE": ("PEOPLE", "FRESH"), "ENROLMENT_RATE": ("PEOPLE", "POPULATION")}  # what a share was made of


def record_states(scope: Scope) -> dict[Cell, RecordState]:
    """By period and unit, what row security lets through in the running transaction; facilities have none."""
    spans = [(one.label, period) for one in scope.periods for period in one.periods]
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                **unit_parameters(scope.units),
                "labels": [label for label, _ in spans],
                "starts": [period.start for _, period in spans],
                "ends": [period.end for _, period in spans],
            },
        )
        return {Cell(period, unit): RecordState(*counts) for period, unit, *counts in cursor.fetchall()}


_STATEMENT = f"""
    WITH {MEMBERS},
    asked_span AS (
        SELECT * FROM unnest(%(labels)s::text[], %(starts)s::date[], %(ends)s::date[]) t(pe, start_day, end_day)),
    last_state AS (
        SELECT DISTINCT ON (a.pe, s.place_id) a.pe, s.place_id, s.place_id AS unit_id, s.people, s.fresh, s.population
        FROM statistics_record_state s JOIN statistics_period p ON p.id = s.period_id
        JOIN asked_span a ON p.start_day >= a.start_day AND p.end_day <= a.end_day
        ORDER BY a.pe, s.place_id, p.end_day DESC),
    member AS ({members_of("last_state")})
    SELECT pe, ou, sum(people)::bigint, sum(fresh)::bigint, coalesce(sum(people) FILTER (WHERE population IS NOT NULL), 0)::bigint,
           coalesce(sum(population), 0)
    FROM member GROUP BY 1, 2
"""
