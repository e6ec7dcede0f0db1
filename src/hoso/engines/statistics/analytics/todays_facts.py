"""The reported values behind a figure on either map: on today's each with the share of its unit that counts."""

from dataclasses import replace

from hoso.engines.statistics.analytics.facts import Facts, facts_behind
from hoso.engines.statistics.analytics.question import Operand, Scope
from hoso.engines.statistics.analytics.todays_map import parts_of


def facts_on_map(operand: Operand, scope: Scope) -> Facts:
    """Of a scope that asks for one cell. Smallest and largest take whole values, whatever the share."""
    if scope.places == "as_reported":
        return facts_behind(operand, scope)
    parts = parts_of(operand, scope)
    units = list({part.asked.label: part.asked for part in parts}.values())
    shares = {part.asked.label: part.share for part in parts}
    return facts_behind(operand, replace(scope, units=units, places="as_reported"), shares)
