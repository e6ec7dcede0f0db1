"""Of every cell of a report: its comment, its mark, how many papers stand beside it, and why it was returned."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.units import Unit


@dataclass(frozen=True, slots=True)
class Note:
    """`returned`: the reason of a report that stands returned, where it names this cell."""

    comment: str = ""
    follow_up: bool = False
    returned: str = ""
    papers: int = 0


NO_NOTE = Note()


def notes_of(form: Form, unit: Unit, iso: str) -> Mapping[Key, Note]:
    """The cells of which something is told, as the running transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, {"form": form.key, "unit": unit.id, "period": iso})
        return {
            (code, tuple(options)): Note(comment or "", bool(follow_up), returned or "", papers)
            for code, options, comment, follow_up, returned, papers in cursor.fetchall()
        }


_NOTES = """
    WITH report AS (SELECT d.id AS data_set_id, p.id AS period_id FROM statistics_data_set d, statistics_period p
                    WHERE d.form = %(form)s AND p.iso = %(period)s),
    told AS (
        SELECT v.element_id, v.split_id, v.comment, v.follow_up, NULL AS returned, NULL::bigint AS paper
        FROM report r JOIN statistics_data_set_element m ON m.data_set_id = r.data_set_id
        JOIN statistics_value v ON v.unit_id = %(unit)s AND v.period_id = r.period_id AND v.element_id = m.element_id
        WHERE NOT v.deleted AND (v.comment <> '' OR v.follow_up)
        UNION ALL
        SELECT c.element_id, c.split_id, NULL, NULL, c.reason, NULL
        FROM report r JOIN statistics_report s ON (s.data_set_id, s.period_id, s.unit_id)
            = (r.data_set_id, r.period_id, %(unit)s) AND s.state = 'returned'
        JOIN statistics_returned_cell c ON c.step_id = (
            SELECT max(l.id) FROM statistics_approval_step l
            WHERE (l.data_set_id, l.period_id, l.unit_id) = (s.data_set_id, s.period_id, s.unit_id))
        UNION ALL
        SELECT t.element_id, t.split_id, NULL, NULL, NULL, t.id
        FROM report r JOIN statistics_data_set_element m ON m.data_set_id = r.data_set_id
        JOIN statistics_attachment t ON t.unit_id = %(unit)s AND t.period_id = r.period_id AND t.element_id = m.element_id
        WHERE t.removed_at IS NULL)
    SELECT e.code, ARRAY(SELECT split_part(o.code, '.', 2) FROM unnest(s.options) WITH ORDINALITY t(id, place)
                         JOIN statistics_option o ON o.id = t.id ORDER BY t.place),
           max(t.comment), bool_or(t.follow_up), max(t.returned), count(t.paper)
    FROM told t JOIN statistics_element e ON e.id = t.element_id JOIN statistics_split s ON s.id = t.split_id
    GROUP BY e.code, s.options
"""
