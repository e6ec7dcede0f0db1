"""A question as it travels to the holder of the cube: everything by number, with what the asker may see.

The asker's own transaction says which periods lie within an asked one and what row security lets it see; the cube decides
neither.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from hoso.engines.statistics.analytics.question import Operand, Scope
from hoso.engines.statistics.analytics.tiers import reported_by_tiers


class Asked(msgspec.Struct, omit_defaults=True):
    """One way of adding up; columns of the same length belong together, labels are the numbers of the answer's."""

    way: str
    # operands: their number is their place
    elements: list[int]
    splits_of: list[int | None]
    attributes_of: list[int | None]
    consolidated: list[bool]  # reported at several tiers: a unit's own figure stands for what lies below
    # periods within the asked ones: label, number, days since year 1, rank of their kind, whether it is the asked one itself
    period_labels: list[int]
    periods: list[int]
    first_days: list[int]
    last_days: list[int]
    kinds: list[int]
    ranks: list[int]
    # units: label and place (everything within it), or a unit alone: a facility, or an administrative unit's own figures
    place_labels: list[int] = []
    places: list[int] = []
    unit_labels: list[int] = []
    units: list[int] = []
    whole_labels: list[int] = []
    # keys to break down by: [] for all, None for none
    splits: list[int] | None = None
    attributes: list[int] | None = None
    # what the asker sees
    everywhere: bool = False
    seen_places: list[int] = []
    seen_units: list[int] = []


class Told(msgspec.Struct):
    """What the cube answers: whole numbers × 10^-scale, one row for each cell (and weight, where a way divides unit by unit)."""

    scale: int
    operands: list[int]
    periods: list[int]
    units: list[int]
    splits: list[int]
    attributes: list[int]
    totals: list[int | str]
    weights: list[int]
    squares: list[int | str]


def asked(operands: Sequence[Operand], scope: Scope) -> Asked:
    """The question of operands that are added up in one way, for the running transaction's actor."""
    several_tiers = reported_by_tiers(one.element for one in operands)
    with connection.cursor() as cursor:
        question = Asked(
            operands[0].aggregation,
            [one.element for one in operands],
            [one.split for one in operands],
            [one.attribute for one in operands],
            [one.element in several_tiers for one in operands],
            *_spans(cursor, scope),
        )
        _say_where(question, scope)
        _say_what_is_seen(cursor, question)
    breakdown = scope.breakdown
    question.splits = None if breakdown.splits is None else list(breakdown.splits)
    question.attributes = None if breakdown.attributes is None else list(breakdown.attributes)
    return question


def _spans(cursor: Any, scope: Scope) -> tuple[list[int], list[int], list[int], list[int], list[int], list[int]]:
    """Every period that anybody reported on within each asked one, in the columns of `Asked`; its kind's rank is the order in
    which kinds count."""
    periods = [(label, period) for label, one in enumerate(scope.periods) for period in one.periods]
    cursor.execute(
        """
        SELECT a.label, p.id, p.start_day - date '0001-01-01', p.end_day - date '0001-01-01', p.kind,
               bool_or(p.start_day = a.start_day AND p.end_day = a.end_day) AS whole
        FROM statistics_period p JOIN unnest(%s::int[], %s::date[], %s::date[]) a(label, start_day, end_day)
          ON p.start_day >= a.start_day AND p.end_day <= a.end_day
        GROUP BY 1, 2
        """,
        [
            [label for label, _ in periods], [one.start for _, one in periods], [one.end for _, one in periods],
        ],
    )  # fmt: skip
    rows = cursor.fetchall()
    order = {key: rank for rank, key in enumerate(sorted({(not row[5], row[3] - row[2], row[4]) for row in rows}))}
    kinds = {name: number for number, name in enumerate(sorted({row[4] for row in rows}))}
    return (
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows],
        [kinds[row[4]] for row in rows], [order[not row[5], row[3] - row[2], row[4]] for row in rows],
    )  # fmt: skip


def _say_where(question: Asked, scope: Scope) -> None:
    """A label that means the whole country needs no places; to the others belongs what lies within theirs."""
    numbers = {one.label: number for number, one in enumerate(scope.units)}
    question.whole_labels = sorted({numbers[one.label] for one in scope.units if one.whole})
    units = [one for one in scope.units if numbers[one.label] not in question.whole_labels]
    places = sorted({(numbers[one.label], place) for one in units for place in one.places})
    question.place_labels, question.places = [label for label, _ in places], [place for _, place in places]
    pairs = sorted({(numbers[one.label], unit) for one in units for unit in (*one.facilities, *one.alone)})
    question.unit_labels, question.units = [label for label, _ in pairs], [unit for _, unit in pairs]


def _say_what_is_seen(cursor: Any, question: Asked) -> None:
    """What row security of the store of values says, in the same words."""
    cursor.execute("SELECT statistics_everywhere('statistics.read')")
    question.everywhere = cursor.fetchone()[0]
    if not question.everywhere:
        cursor.execute("SELECT statistics_places('statistics.read'), statistics_facilities('statistics.read')")
        places, facilities = cursor.fetchone()
        question.seen_places, question.seen_units = places, [-one for one in facilities]
