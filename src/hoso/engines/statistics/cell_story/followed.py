"""The figures that somebody marked to be followed up, within the reach of who asks."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.value_types import written

PURPOSE = "statistics"
MOST = 500


@dataclass(frozen=True, slots=True)
class Followed:
    """One marked figure. `form` is empty where its element belongs to no form of ours; `cell` names it within the sheet."""

    form: str
    title_vi: str
    title_en: str
    element: str
    split: str
    unit: str
    unit_name: str
    period: str
    value: str
    comment: str
    actor: str
    at: datetime
    cell: str


def followed_cells(actor: Actor, most: int = MOST) -> list[Followed]:
    """The last marked or changed first. Raises HosoError HS2001."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        cursor.execute(_FOLLOWED, [most])
        found = [
            Followed(
                form or "", title_vi or "", title_en or "", name, ", ".join(options), unit, unit_name, iso,
                written(number, text, value_type), comment or "", told_by, at, f"{code}.{','.join(keys)}",
            )
            for form, title_vi, title_en, name, code, options, keys, unit, unit_name, iso, number, text, value_type,
            comment, told_by, at in cursor.fetchall()
        ]  # fmt: skip
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/follow-up", found=len(found))
        )
    return found


_FOLLOWED = """
    SELECT d.form, d.name, d.name_en, e.name, e.code, named.options, named.keys, u.uid, u.name, p.iso, v.number, v.text,
           e.value_type, v.comment, a.actor, a.at
    FROM statistics_value v
    JOIN statistics_element e ON e.id = v.element_id JOIN statistics_unit u ON u.id = v.unit_id
    JOIN statistics_period p ON p.id = v.period_id JOIN statistics_split s ON s.id = v.split_id
    JOIN statistics_act a ON a.id = v.act_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(o.name ORDER BY t.place), '{}') AS options,
               coalesce(array_agg(split_part(o.code, '.', 2) ORDER BY t.place), '{}') AS keys
        FROM unnest(s.options) WITH ORDINALITY t(id, place) JOIN statistics_option o ON o.id = t.id) named
    LEFT JOIN LATERAL (
        SELECT d.form, d.name, d.name_en FROM statistics_data_set_element m
        JOIN statistics_data_set d ON d.id = m.data_set_id
        WHERE m.element_id = v.element_id AND d.form <> '' AND p.kind = ANY (d.period_kinds) ORDER BY d.id LIMIT 1) d ON true
    WHERE v.follow_up AND NOT v.deleted ORDER BY v.act_id DESC LIMIT %s
"""
