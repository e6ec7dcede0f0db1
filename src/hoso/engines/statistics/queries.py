"""Reads of reported values: what a caller may see, by data set, element, period, unit and all below it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class ValueFilter:
    """Which values: numbers of the catalogue; empty says nothing. `under`: units with all that lies below them."""

    elements: Sequence[int] = ()
    data_sets: Sequence[int] = ()
    periods: Sequence[str] = ()
    start: str | None = None
    end: str | None = None
    within: Sequence[tuple[date, date]] = ()  # of whose period the first and last day lie in one of these
    units: Sequence[int] = ()
    under: Sequence[int] = ()
    everywhere: bool = False
    changed_since: datetime | None = None
    deleted_too: bool = False
    limit: int | None = None
    splits: Sequence[int] = field(default_factory=tuple)
    attributes: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value with the ids of what it is about, who wrote it first and when it was changed last."""

    element: str
    value_type: str
    period: str
    unit: str
    split: str
    attribute: str
    number: Decimal | None
    text: str | None
    comment: str | None
    follow_up: bool
    deleted: bool
    stored_by: str
    created: datetime
    changed: datetime


def read_values(actor: Actor, wanted: ValueFilter) -> list[StoredValue]:
    """The values in reach, ordered by unit, period and element; one audit event. Raises HosoError HS2001."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(_SELECT + _conditions(wanted) + _ORDER, {**_parameters(wanted), "limit": wanted.limit})
        found = [StoredValue(*row) for row in cursor.fetchall()]
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/values", found=len(found)))
    return found


_SELECT = """
    SELECT e.uid, e.value_type, p.iso, u.uid, s.uid, t.uid, v.number, v.text, v.comment, v.follow_up, v.deleted,
           written.actor, written.at, changed.at
    FROM statistics_value v
    JOIN statistics_element e ON e.id = v.element_id
    JOIN statistics_period p ON p.id = v.period_id
    JOIN statistics_unit u ON u.id = v.unit_id
    JOIN statistics_split s ON s.id = v.split_id
    JOIN statistics_split t ON t.id = v.attribute_id
    JOIN statistics_act written ON written.id = v.first_act_id
    JOIN statistics_act changed ON changed.id = v.act_id
    WHERE true
"""
_ORDER = " ORDER BY v.unit_id, p.start_day, v.element_id, v.split_id, v.attribute_id LIMIT %(limit)s"


def _conditions(wanted: ValueFilter) -> str:
    told = {
        "v.element_id = ANY (%(elements)s)": wanted.elements,
        "v.element_id IN (SELECT element_id FROM statistics_data_set_element WHERE data_set_id = ANY (%(data_sets)s))"
        " AND p.kind IN (SELECT unnest(period_kinds) FROM statistics_data_set WHERE id = ANY (%(data_sets)s))":
            wanted.data_sets,
        "p.iso = ANY (%(periods)s)": wanted.periods,
        "p.start_day >= %(start)s::date": wanted.start,
        "p.end_day <= %(end)s::date": wanted.end,
        "EXISTS (SELECT FROM unnest(%(starts)s::date[], %(ends)s::date[]) d(first, last)"
        " WHERE p.start_day >= d.first AND p.end_day <= d.last)": wanted.within,
        "changed.at >= %(changed_since)s": wanted.changed_since,
        "v.split_id = ANY (%(splits)s)": wanted.splits,
        "v.attribute_id = ANY (%(attributes)s)": wanted.attributes,
    }  # fmt: skip
    found = [condition for condition, given in told.items() if given]
    if not wanted.deleted_too:
        found.append("NOT v.deleted")
    if not wanted.everywhere and (wanted.units or wanted.under):
        found.append(
            "(v.unit_id = ANY (%(units)s) OR v.unit_id = ANY (%(under)s)"
            " OR v.place_id = ANY ((SELECT places_within(%(under)s::bigint[]))::bigint[]))"
        )
    return "".join(f" AND {condition}" for condition in found)


def _parameters(wanted: ValueFilter) -> dict[str, Any]:
    return {
        "elements": list(wanted.elements),
        "data_sets": list(wanted.data_sets),
        "periods": list(wanted.periods),
        "start": wanted.start,
        "end": wanted.end,
        "starts": [first for first, _ in wanted.within],
        "ends": [last for _, last in wanted.within],
        "changed_since": wanted.changed_since,
        "splits": list(wanted.splits),
        "attributes": list(wanted.attributes),
        "units": list(wanted.units),
        "under": list(wanted.under),
    }
