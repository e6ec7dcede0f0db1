"""The rules asked of what is stored: of one form while it is filled in, and of every unit of a month."""

from collections.abc import Iterable, Iterator
from typing import Any

from hoso.core.periods.periods import Period
from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.hints import Hint
from hoso.engines.statistics.quality.figures import Stored, figures_at, figures_of
from hoso.engines.statistics.quality.judging import Broken, judge
from hoso.engines.statistics.quality.rules import Rule, rules
from hoso.engines.statistics.quality.words import said


def away(period: Period, offset: int) -> Period:
    """The period so many after it; before it where negative."""
    for _ in range(abs(offset)):
        period = period.next() if offset > 0 else period.previous()
    return period


def periods_of(asked: Iterable[Rule], period: Period) -> list[str]:
    return [away(period, offset).id for offset in sorted({one for rule in asked for one in rule.offsets} | {0})]


def broken_rules(asked: Iterable[Rule], stored: Stored, unit: int, period: Period) -> Iterator[Broken]:
    for rule in asked:
        found = judge(rule, lambda offset: figures_at(stored, unit, away(period, offset).id))
        if found is not None:
            yield found


def rule_hints(cursor: Any, form: Form, unit: int, period: Period) -> tuple[Hint, ...]:
    """What does not fit now on the form, and between it and the unit's other forms."""
    rows = {row.key for row in form.rows}
    asked = [rule for rule in rules() if rule.while_typing and period.type in rule.periods and rows & set(rule.rows)]
    if not asked:
        return ()
    stored = figures_of(cursor, {row for rule in asked for row in rule.rows}, periods_of(asked, period), [unit])
    return tuple(_hint(one) for one in broken_rules(asked, stored, unit, period))


def _hint(broken: Broken) -> Hint:
    vi, en = said(broken)
    return Hint(f"{broken.rule.title_vi}: {vi}.", f"{broken.rule.title_en}: {en}.", broken.rule.rows)
