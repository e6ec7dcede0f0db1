"""One arriving person against everybody: who it may be, how likely, and why."""

from dataclasses import dataclass
from typing import Any

from hoso.engines.people.matching.comparisons import Compared
from hoso.engines.people.matching.everybody import compared, worth_comparing
from hoso.engines.people.matching.model import Agreement, Model, model


@dataclass(frozen=True)
class Match:
    """A known person who may be the one asked about; `grade` as FHIR names it (certain, probable, possible)."""

    person_id: int
    probability: float
    grade: str
    agreements: tuple[Agreement, ...]


def matches(cursor: Any, one: Compared, limit: int = 10, certain_only: bool = False) -> list[Match]:
    """The likelier first. Runs inside `core.access.reading.read`: row security leaves out whom the asker may not see."""
    known, rules = compared(cursor, worth_comparing(cursor, one)), model()
    found = (_match(rules, person_id, one, other) for person_id, other in known.items())
    least = rules.upper if certain_only else rules.lower / 10
    return sorted((each for each in found if each.probability >= least), key=lambda each: -each.probability)[:limit]


def _match(rules: Model, person_id: int, one: Compared, other: Compared) -> Match:
    probability, agreements = rules.judge(one, other)
    grade = "certain" if probability >= rules.upper else "probable" if probability >= rules.lower else "possible"
    return Match(person_id, probability, grade, agreements)
