"""Which decision a visit follows: what was stated, else its tags, else its date of leaving."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.sent import Finding, SentVisit


def decide_version(
    visit: SentVisit, stated: str | None, left: date | None, arrived: date | None = None
) -> tuple[Decision, Finding | None]:
    """The decision and, where the signs disagree, a warning that names both. Without a day of leaving that of
    arriving helps to choose, but is no sign that could disagree."""
    decisions = load_decisions()
    by_tags = _fitting(visit)
    day_judged = left or arrived
    in_force = {key for key, decision in decisions.items() if day_judged and decision.holds_on(day_judged)}
    if stated:
        chosen = stated
    else:
        agreeing = [key for key in by_tags if key in in_force]
        chosen = (agreeing or by_tags)[-1]
    day = left.isoformat() if left else ""
    signs = {"found": stated or ", ".join(by_tags), "day": day, "expected": ", ".join(sorted(in_force)) or "-"}
    if chosen in by_tags and (chosen in in_force or left is None):
        return decisions[chosen], None
    return decisions[chosen], Finding("HS3106", "warning", 1, 1, "NGAY_RA", day, signs)


def _fitting(visit: SentVisit) -> list[str]:
    """The decisions whose tables fit the visit's tags best, oldest first; several where the tags are the same."""
    tags = {number: frozenset(lines[0]) for number, lines in visit.tables.items() if lines}
    misfit = {key: _misfit(tags, key) for key in load_decisions()}
    least = min(misfit.values())
    return [key for key, count in misfit.items() if count == least]


def _misfit(tags: Mapping[int, frozenset[str]], key: str) -> int:
    """Tags sent that the decision does not know (counted double) and tags it knows that were not sent."""
    known = _tags_of(key)
    total = 0
    for number, sent in tags.items():
        table = known.get(number, frozenset())
        total += 2 * len(sent - table) + len(table - sent)
    return total


@cache
def _tags_of(key: str) -> dict[int, frozenset[str]]:
    tables = load_decisions()[key].tables
    return {number: frozenset(field.name for field in table.fields) for number, table in tables.items()}
