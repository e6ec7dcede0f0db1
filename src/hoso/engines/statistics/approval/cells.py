"""The cells that a return is about: from rows and options to the store's keys and back."""

from collections.abc import Mapping

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.approval.reports import ReportKey
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue

PURPOSE = "statistics"
Cell = tuple[str, tuple[str, ...]]  # key of a row, and one option of each of its dimensions


def split_reasons(data_set: str, reasons: Mapping[Cell, str]) -> tuple[dict[tuple[int, int], str], list[str]]:
    """By element and split; and the reasons of cells that nobody ever filled in, which no key names: the report goes back
    whole then."""
    catalogue = read_catalogue()
    found: dict[tuple[int, int], str] = {}
    rest = []
    for (row, options), reason in reasons.items():
        element = catalogue.find("element", "code", row)
        split = None if element is None else split_of(catalogue, element, options)
        if element is None or split is None:
            rest.append(f"{row}: {reason}")
        else:
            found[element, split] = reason
    return found, rest


def split_of(catalogue: Catalogue, element: int, options: tuple[str, ...]) -> int | None:
    """The number of a cell's key; None for one that nobody used yet."""
    combo = catalogue.elements[element].combo_id
    if not options:
        return catalogue.default_split if combo == catalogue.default_combo else None
    codes = {number: code for code, number in catalogue.names["dimension"]["code"].items()}
    numbers = tuple(
        catalogue.find("option", "code", f"{codes.get(dimension, '')}.{option}") or 0
        for dimension, option in zip(catalogue.combos[combo], options, strict=False)
    )
    return catalogue.split_by_options.get((combo, numbers))


def returned_cells(actor: Actor, key: ReportKey) -> dict[Cell, str]:
    """The cells that the last return named, with their reasons; none where the report does not stand returned."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.code, ARRAY(SELECT split_part(o.code, '.', 2) FROM unnest(s.options) WITH ORDINALITY t(id, place)
                                 JOIN statistics_option o ON o.id = t.id ORDER BY t.place), c.reason
            FROM statistics_report r JOIN statistics_period p ON p.id = r.period_id
            JOIN statistics_returned_cell c ON c.step_id = (
                SELECT max(l.id) FROM statistics_approval_step l
                WHERE (l.data_set_id, l.period_id, l.unit_id) = (r.data_set_id, r.period_id, r.unit_id))
            JOIN statistics_element e ON e.id = c.element_id JOIN statistics_split s ON s.id = c.split_id
            WHERE r.state = 'returned' AND r.data_set_id = %s AND p.iso = %s AND r.unit_id = %s
            """,
            key.columns,
        )
        return {(code, tuple(options)): reason for code, options, reason in cursor.fetchall()}
