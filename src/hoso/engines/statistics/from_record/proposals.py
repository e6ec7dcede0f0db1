"""What the record proposed for a report, beside what was reported: the last reading, kept as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.units import Unit

TAKEN = "from-record:"  # begins the reason of an act that took what a reading proposed; its number follows


@dataclass(frozen=True, slots=True)
class Proposal:
    """One cell: the number proposed, by which count in which version."""

    number: Decimal
    count_key: str
    version: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the record for a report. `visits` ended in the period; `unplaced` of them are counted by a row, but
    lie in none of its parts (no main diagnosis in ICD-10). `doses` were given in it; `doses_apart` are counted by no row."""

    id: int
    at: datetime
    actor: str
    visits: int
    unplaced: int
    doses: int
    doses_apart: int
    proposals: Mapping[Key, Proposal]


def last_reading(form: Form, unit: Unit, iso: str) -> Reading | None:
    """The newest, as the running transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.at, r.actor, r.visits, r.unplaced, r.doses, r.doses_apart FROM statistics_record_reading r"
            " JOIN statistics_data_set d ON d.id = r.data_set_id JOIN statistics_period p ON p.id = r.period_id"
            " WHERE d.form = %s AND p.iso = %s AND r.unit_id = %s ORDER BY r.id DESC LIMIT 1",
            [form.key, iso, unit.id],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        number, at, actor, visits, unplaced, doses, doses_apart = row
        cursor.execute(
            "SELECT e.code, q.options, q.number, q.count_key, q.version FROM statistics_record_proposal q"
            " JOIN statistics_element e ON e.id = q.element_id WHERE q.reading_id = %s",
            [number],
        )
        proposals = {(code, tuple(options)): Proposal(*rest) for code, options, *rest in cursor.fetchall()}
    return Reading(number, at, actor, visits, unplaced, doses, doses_apart, proposals)


def reasons_given(form: Form, unit: Unit, iso: str) -> dict[Key, str]:
    """Why each reported figure became what it is, where somebody said so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.code, ARRAY(SELECT split_part(o.code, '.', 2) FROM unnest(s.options) WITH ORDINALITY t(id, place)
                                 JOIN statistics_option o ON o.id = t.id ORDER BY t.place), a.reason
            FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id
            JOIN statistics_period p ON p.id = v.period_id JOIN statistics_split s ON s.id = v.split_id
            JOIN statistics_act a ON a.id = v.act_id AND a.reason <> ''
            JOIN statistics_data_set_element m ON m.element_id = e.id
            JOIN statistics_data_set d ON d.id = m.data_set_id AND d.form = %s
            WHERE v.unit_id = %s AND p.iso = %s AND NOT v.deleted
            """,
            [form.key, unit.id, iso],
        )
        found = {(code, tuple(options)): reason for code, options, reason in cursor.fetchall()}
    return {key: reason for key, reason in found.items() if not reason.startswith(TAKEN)}
