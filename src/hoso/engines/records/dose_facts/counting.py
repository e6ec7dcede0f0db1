"""Vaccine doses counted without looking at persons, and listed for whoever may look. A dose counts on the day it was given."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from hoso.core.access.labels import withheld_mask
from hoso.core.access.policy import Scope
from hoso.engines.records.dose_facts.facts import CountedDoses, DoseFacts, SeenDose
from hoso.engines.records.listed_facts import wanted_lines

DESTINATION = "statistics"  # of definitions/sensitivity/destinations.yaml


def count_doses(facilities: Sequence[int], first: date, last: date) -> list[CountedDoses]:
    """Doses that the facilities gave on these days (both included), added up by what is alike.

    Runs inside the caller's transaction: the database counts the facilities alone whose statistics the actor writes for
    the purpose of it. No person is among what it gives.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vaccines, numbers, reasons, sex, months, newborn, doses FROM records_count_doses(%s, %s, %s, %s)",
            [list(facilities), first, last, withheld_mask(DESTINATION)],
        )
        return [CountedDoses(_facts(row[:6]), row[6]) for row in cursor.fetchall()]


def list_doses(
    scope: Scope, facilities: Sequence[int], first: date, last: date, wanted: Callable[[DoseFacts], bool], limit: int
) -> list[SeenDose]:
    """The same doses one by one, as far as the scope and row security show them: at most `limit` that are `wanted`, by day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT v.vaccines, v.numbers, v.reasons, v.sex, v.months, v.newborn, v.sensitivity, v.person_id, p.name,
                   extract(year FROM p.birth_date)::int, v.vaccine, v.given
            FROM records_given_dose v JOIN people_person p ON p.person_id = v.person_id
            WHERE v.facility_id = ANY (%s) AND v.given BETWEEN %s AND %s AND (v.sensitivity & %s) = 0
              AND {scope.persons("v", of_visits=True)}
            ORDER BY v.given, v.dose
            """,
            [list(facilities), first, last, withheld_mask(DESTINATION)],
        )
        return [SeenDose(facts, *more) for facts, more in wanted_lines(cursor, _facts, wanted, limit)]


def _facts(row: Sequence[Any]) -> DoseFacts:
    vaccines, numbers, reasons, sex, months, newborn = row
    return DoseFacts(frozenset(vaccines), frozenset(numbers), frozenset(reasons), sex, months, newborn)
