"""A question asked: its figures, each under the labels of the answer's dimensions, the same of the periods before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hoso.core.access.actor import Actor
from hoso.core.periods.periods import Period
from hoso.engines.statistics.analytics.answer import Answered, ask_together
from hoso.engines.statistics.analytics.question import AskedPeriod, Cell, Scope
from hoso.engines.statistics.catalogue import Catalogue
from hoso.web.explorer.names import Names, names_of
from hoso.web.explorer.question import Question

Key = tuple[str, ...]  # a label for each dimension, in their order


@dataclass(frozen=True, slots=True)
class Told:
    """Figures by key, one mapping for each list of dimensions that was asked for; `before` those of the periods before."""

    figures: Sequence[Mapping[Key, Answered]]
    before: Sequence[Mapping[Key, Answered]]
    names: Names


def ask_question(
    actor: Actor,
    question: Question,
    catalogue: Catalogue,
    kept: Sequence[Sequence[str]],
    with_before: bool = False,
    action: str = "read",
) -> Told:
    """The figures with the dimensions of each of `kept`, as they stand at one moment; one audit event for all."""
    scopes = [question.scope_of(dimensions) for dimensions in kept]
    earlier = [_before(scope) for scope in scopes] if with_before else []
    answers = ask_together(actor, question.items, [*scopes, *earlier], catalogue, action)
    names = names_of(question, (one for answer in answers for one in answer))
    keyed = [
        {key_of(one.item, one.cell, dimensions, names): one for one in answer}
        for answer, dimensions in zip(answers, [*kept, *kept][: len(answers)], strict=True)
    ]
    return Told(keyed[: len(kept)], keyed[len(kept) :], names)


def key_of(item: str, cell: Cell, dimensions: Sequence[str], names: Names) -> Key:
    labels = {
        "data": item, "period": cell.period, "place": cell.unit, "key": names.splits.get(cell.split, ""),
        "attribute": names.splits.get(cell.attribute, ""),
    }  # fmt: skip
    return tuple(labels[name] for name in dimensions)


def change(now: Decimal, then: Decimal) -> tuple[Decimal, Decimal | None]:
    """By how much it grew, and by how many per cent; there is no share of nothing."""
    return now - then, (now - then) * 100 / abs(then) if then else None


def _before(scope: Scope) -> Scope:
    """The same for the periods before: as many as are asked for together."""
    return replace(scope, periods=[AskedPeriod(one.label, _earlier(one.periods)) for one in scope.periods])


def _earlier(periods: Sequence[Period]) -> tuple[Period, ...]:
    kinds = [period.type for period in periods]
    found = []
    for period in periods:
        for _ in range(kinds.count(period.type)):
            period = period.previous()
        found.append(period)
    return tuple(found)
