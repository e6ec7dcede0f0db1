"""Asking for figures: whoever may read figures is answered with what row security lets through, and it is noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.data_items import DataItem, OfRecord, Rate, Reckoned
from hoso.engines.statistics.analytics.question import Cell, Operand, Scope
from hoso.engines.statistics.analytics.reckoned import Quotient, indicator_figures
from hoso.engines.statistics.analytics.record_counts import RECORD_FIGURES, record_states
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.engines.statistics.analytics.todays_map import counts_on_map, figures_on_map
from hoso.engines.statistics.catalogue import Catalogue

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class Answered:
    """One figure; `parts` where an indicator's quotient gave it; `estimated` where shares of split units are in it."""

    item: str
    cell: Cell
    figure: Decimal
    parts: Quotient | None = None
    estimated: bool = False


def ask(actor: Actor, items: Sequence[DataItem], scope: Scope, catalogue: Catalogue) -> list[Answered]:
    """Every figure there is, in no order; one audit event. Raises HosoError as `ask_together`."""
    return ask_together(actor, items, [scope], catalogue)[0]


def ask_together(
    actor: Actor, items: Sequence[DataItem], scopes: Sequence[Scope], catalogue: Catalogue, action: str = "read"
) -> list[list[Answered]]:
    """The figures of each scope, all as they stand at one moment; one audit event for them together.

    Raises HosoError: HS2001; HS7037 where rates or indicators are to be broken down by splits; of a formula that fails.
    """
    with acting_transaction(actor.account_id, PURPOSE):
        granted = decide(actor, "statistics.read", PURPOSE)
        found = [figures_in_reach(items, scope, catalogue) for scope in scopes]
        count = sum(map(len, found))
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, action, object="statistics/analytics", found=count))
    return found


def figures_in_reach(items: Sequence[DataItem], scope: Scope, catalogue: Catalogue) -> list[Answered]:
    """What row security lets through in the running transaction."""
    return [
        *_reported(items, scope), *_rates(items, scope), *_indicators(items, scope, catalogue), *_of_record(items, scope)
    ]  # fmt: skip


def _reported(items: Sequence[DataItem], scope: Scope) -> list[Answered]:
    figures, guessed = figures_on_map([one for one in items if isinstance(one, Operand)], scope)
    return [
        Answered(label, cell, figure, estimated=(label, cell) in guessed)
        for label, cells in figures.items()
        for cell, figure in cells.items()
    ]


def _rates(items: Sequence[DataItem], scope: Scope) -> list[Answered]:
    wanted = [one for one in items if isinstance(one, Rate)]
    if wanted:
        _refuse_breakdown(scope, wanted[0].label)
    counted = {number: counts_on_map(number, scope) for number in {one.data_set for one in wanted}}
    return [
        Answered(one.label, cell, figure, estimated=cell in counted[one.data_set][1])
        for one in wanted
        for cell, counts in counted[one.data_set][0].items()
        if (figure := RATES[one.name](*counts)) is not None
    ]


def _indicators(items: Sequence[DataItem], scope: Scope, catalogue: Catalogue) -> list[Answered]:
    wanted = [one for one in items if isinstance(one, Reckoned)]
    if not wanted:
        return []
    _refuse_breakdown(scope, wanted[0].label)
    figures = indicator_figures([one.indicator for one in wanted], scope, catalogue)
    return [
        Answered(one.label, cell, Decimal(repr(quotient.value)), quotient, quotient.estimated)
        for one in wanted
        for cell, quotient in figures[one.indicator.code].items()
    ]


def _of_record(items: Sequence[DataItem], scope: Scope) -> list[Answered]:
    """The same on either map: people are counted where they live now."""
    wanted = [one for one in items if isinstance(one, OfRecord)]
    if not wanted:
        return []
    _refuse_breakdown(scope, wanted[0].label)
    return [
        Answered(one.label, cell, figure)
        for cell, state in record_states(scope).items()
        for one in wanted
        if (figure := RECORD_FIGURES[one.name](state)) is not None
    ]


def _refuse_breakdown(scope: Scope, label: str) -> None:
    if scope.breakdown.splits is not None or scope.breakdown.attributes is not None:
        raise HosoError("HS7037", object=label[:60])
