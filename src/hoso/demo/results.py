"""Laboratory values that stay with the person, follow the illness and drift with the years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from hoso.demo.catalogue import Indicator, Service, findings, indicators
from hoso.demo.courses import VisitPlan
from hoso.demo.illnesses import years_between


@dataclass(frozen=True, slots=True)
class Result:
    """One line of table 4."""

    service: Service
    code: str
    name: str
    value: str
    unit: str
    text: str
    conclusion: str
    at: str


def value_of(rng: Random, plan: VisitPlan, indicator: Indicator) -> str:
    """Mean, plus the person's own level, the illness, its drift over the years and day-to-day noise, in spreads."""
    illness = plan.illness
    shift = (
        plan.person.health[indicator.number % 8]
        + illness.results.get(indicator.code, 0.0)
        + illness.drift.get(indicator.code, 0.0) * years_between(plan.since, plan.day)
        + rng.gauss(0, 0.3)
    )
    value = indicator.mean + indicator.spread * shift
    return f"{min(max(value, indicator.low), indicator.high):.{indicator.decimals}f}"


def results_of(rng: Random, plan: VisitPlan, service: Service, at: str) -> Iterator[Result]:
    """The result lines of one service."""
    for indicator in indicators().get(service.key, ()):
        yield Result(
            service, indicator.code, indicator.name, value_of(rng, plan, indicator), indicator.unit, "", "", at
        )
    finding = findings().get(service.key)
    if finding is None:
        return
    abnormal = service.key in plan.illness.abnormal and rng.random() < 0.85
    words = finding.abnormal if abnormal else finding.normal
    if service.group == 1:
        yield Result(service, service.key, finding.text, words, "", "", "", at)
    else:
        yield Result(service, "", service.name, "", "", finding.text, words, at)
