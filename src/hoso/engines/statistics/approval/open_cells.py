"""Which cells of a report may be written now: all, none of one that was handed in, or those that the last return named."""

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.units import Unit

PURPOSE = "statistics"


def open_cells(actor: Actor, form: Form, unit: Unit, iso: str) -> frozenset[Key] | None:
    """Their keys; None where every cell is open. What the database refuses is decided there (`statistics_cell_open`)."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.state, clock_timestamp() <= r.open_until,
                   (SELECT max(l.id) FROM statistics_approval_step l
                    WHERE (l.data_set_id, l.period_id, l.unit_id) = (r.data_set_id, r.period_id, r.unit_id))
            FROM statistics_report r JOIN statistics_period p ON p.id = r.period_id
            JOIN statistics_data_set d ON d.id = r.data_set_id
            WHERE d.form = %s AND p.iso = %s AND r.unit_id = %s
            """,
            [form.key, iso, unit.id],
        )
        state, still_open, step = cursor.fetchone() or ("", None, None)
        if not state or (state == "reopened" and still_open):
            return None
        if state != "returned":
            return frozenset()
        cursor.execute(
            """
            SELECT e.code, ARRAY(SELECT split_part(o.code, '.', 2) FROM unnest(s.options) WITH ORDINALITY t(id, place)
                                 JOIN statistics_option o ON o.id = t.id ORDER BY t.place)
            FROM statistics_returned_cell c JOIN statistics_element e ON e.id = c.element_id
            JOIN statistics_split s ON s.id = c.split_id WHERE c.step_id = %s
            """,
            [step],
        )
        return frozenset((code, tuple(options)) for code, options in cursor.fetchall()) or None
