"""A comment on a reported figure, and the mark that it is to be followed up."""

from dataclasses import replace

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cell_story.story import cell_numbers, words_of
from hoso.engines.statistics.entry import BY_CODE, cell_given
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.reports_by_address import Address, find_address
from hoso.engines.statistics.value_types import written

PURPOSE = "statistics"


def remark(actor: Actor, address: Address, key: Key, comment: str, follow_up: bool) -> ImportReport:
    """Say something of a figure without changing it; why the figure is what it is stays said. What is wrong, a closed
    report for one, is in the report.

    Raises HosoError: HS2001, HS7003, those of `find_address`, HS5546 for a blank cell.
    """
    with acting_transaction(actor.account_id, PURPOSE):
        decide(actor, "statistics.write", PURPOSE)
        form, unit, period = find_address(address, "statistics.write")
        words_of(form, key)
        value, reason = _standing(unit.id, period.id, key)
        given = replace(cell_given(address, *key, value), comment=comment.strip(), follow_up=follow_up)
        return import_values(actor, iter([given]), replace(BY_CODE, reason=reason), "cell")


def _standing(unit: int, iso: str, key: Key) -> tuple[str, str]:
    """The figure, held until the end of the transaction, and the reason it was given."""
    catalogue = read_catalogue()
    numbers, found = cell_numbers(catalogue, key), None
    if numbers is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT v.number, v.text, a.reason FROM statistics_value v
                JOIN statistics_period p ON p.id = v.period_id JOIN statistics_act a ON a.id = v.act_id
                WHERE (v.unit_id, p.iso, v.element_id, v.split_id, v.attribute_id) = (%s, %s, %s, %s, %s)
                AND NOT v.deleted FOR UPDATE OF v
                """,
                [unit, iso, *numbers, catalogue.default_split],
            )
            found = cursor.fetchone()
    if numbers is None or found is None:
        raise HosoError("HS5546", row=key[0][:60])
    number, text, reason = found
    return written(number, text, catalogue.elements[numbers[0]].value_type), reason
