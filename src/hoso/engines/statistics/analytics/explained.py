"""How a figure came about: the values that were added up, or the formula and what was put into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.answer import PURPOSE, Answered, figures_in_reach
from hoso.engines.statistics.analytics.data_items import DataItem, OfRecord, Rate, Reckoned
from hoso.engines.statistics.analytics.facts import Facts
from hoso.engines.statistics.analytics.question import Breakdown, Cell, Operand, Scope
from hoso.engines.statistics.analytics.reckoned import asked_by, read
from hoso.engines.statistics.analytics.record_counts import PARTS, RECORD_FIGURES, record_states
from hoso.engines.statistics.analytics.todays_facts import facts_on_map
from hoso.engines.statistics.analytics.todays_map import counts_on_map
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.expressions.tree import items_of
from hoso.engines.statistics.unit_groups import UnitGroup, group_counts

MOST_EXPLAINED = 20  # figures of one question
COUNTS = ("EXPECTED_REPORTS", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME")
NOTHING = Facts((), 0)


@dataclass(frozen=True, slots=True)
class Explained:
    """One figure and what it was made of.

    `kind`: reported (then `way` is a name of AGGREGATIONS and `facts` are the values), rate (parts: the reports counted),
    record (counted in it; of a share the parts are what was counted) or indicator (`numerator` and `denominator` are its
    formulas, parts what they name). `figure` is None for a part that nobody reported. `estimated`: shares of split units are
    in it.
    """

    label: str
    kind: str
    figure: Decimal | None
    item: DataItem | None = None
    way: str = ""
    numerator: str = ""
    denominator: str = ""
    factor: int = 1
    facts: Facts = field(default=NOTHING)
    parts: tuple["Explained", ...] = ()
    estimated: bool = False


def explain(
    actor: Actor, items: Sequence[DataItem], scope: Scope, catalogue: Catalogue
) -> list[tuple[Answered, Explained]]:
    """Every figure of a question with how it came about; one audit event.

    Raises HosoError as `ask`, and HS5450 where the question has more than `MOST_EXPLAINED` figures.
    """
    with acting_transaction(actor.account_id, PURPOSE):
        granted = decide(actor, "statistics.read", PURPOSE)
        found = figures_in_reach(items, scope, catalogue)
        if len(found) > MOST_EXPLAINED:
            raise HosoError("HS5450", count=len(found), limit=MOST_EXPLAINED)
        by_label = {one.label: one for one in items}
        told = [
            (one, _explained(by_label[one.item], _only(scope, one.cell), catalogue, one.item, one)) for one in found
        ]
        record_event(
            AuditEvent(
                actor, granted.role.key, PURPOSE, "read", object="statistics/analytics/explained", found=len(told)
            )
        )
    return told


def _only(scope: Scope, cell: Cell) -> Scope:
    """The scope that asks for this cell alone."""
    kept = scope.breakdown
    return replace(
        scope,
        periods=[one for one in scope.periods if one.label == cell.period],
        units=[one for one in scope.units if one.label == cell.unit],
        breakdown=Breakdown(
            None if kept.splits is None else [cell.split], None if kept.attributes is None else [cell.attribute]
        ),
    )


def _explained(item: DataItem, scope: Scope, catalogue: Catalogue, label: str, told: Answered | None) -> Explained:
    figure, guess = (told.figure, told.estimated) if told else (None, False)
    match item:
        case Operand():
            facts = facts_on_map(item, scope)
            return Explained(label, "reported", figure, item, item.aggregation, facts=facts, estimated=guess)
        case Rate():
            counts = next(iter(counts_on_map(item.data_set, scope)[0].values()), (0, 0, 0))
            parts = (Explained(name, "count", Decimal(count)) for name, count in zip(COUNTS, counts, strict=True))
            return Explained(label, "rate", figure, item, parts=tuple(parts), estimated=guess)
        case OfRecord():
            state = next(iter(record_states(scope).values()), None)
            names = PARTS.get(item.name, ()) if state else ()
            counted = (Explained(f"record.{name}", "count", RECORD_FIGURES[name](state)) for name in names if state)
            return Explained(label, "record", figure, item, parts=tuple(counted))
        case Reckoned():
            return replace(_of_formula(item, scope, catalogue, label, figure), estimated=guess)


def _of_formula(item: Reckoned, scope: Scope, catalogue: Catalogue, label: str, figure: Decimal | None) -> Explained:
    indicator = item.indicator
    nodes = (read(indicator.numerator), read(indicator.denominator))
    asked = dict.fromkeys(one for node in nodes for one in items_of(node) if one.kind != "[]")
    parts = []
    for one in asked:
        named, there = asked_by(one, scope, catalogue)
        name = f"{one.kind}{{{one.id}}}"
        if isinstance(named, UnitGroup):
            count = next(iter(group_counts(named, there).values()), 0.0)
            parts.append(Explained(name, "count", Decimal(int(count))))
            continue
        found = figures_in_reach([replace(named, label=name)], there, catalogue)
        parts.append(_explained(named, there, catalogue, name, found[0] if found else None))
    return Explained(
        label, "indicator", figure, item, numerator=indicator.numerator, denominator=indicator.denominator,
        factor=indicator.factor or 1, parts=tuple(parts),
    )  # fmt: skip
