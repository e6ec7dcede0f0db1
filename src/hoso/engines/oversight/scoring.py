"""How hits become cases: risk of an account over its days, halved with time, so that serial quiet looks add up; the budget of
alerts. The numbers are data (definitions/oversight/scoring.yaml)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class Scoring:
    """See scoring.yaml."""

    weak_factor: float
    repeat: float
    half_life_days: float
    least_risk: float
    budget: float  # alerts per 1,000 accounts a day


@dataclass(frozen=True)
class Hit:
    """What one sensor says of one event. `points`: its severity, less where the sign is weaker."""

    sensor: str
    event: int
    account: int
    day: date
    points: float


@dataclass(frozen=True)
class Case:
    """An account to be looked at, from this day, with the events that speak against it."""

    day: date
    account: int
    risk: float
    sensors: tuple[str, ...]
    events: tuple[int, ...]


@cache
def scoring() -> Scoring:
    folder = definitions_folder() / "oversight"
    told = read_definition(folder / "scoring.yaml", folder / "schema" / "scoring.json")
    return Scoring(
        told["weak_factor"], told["repeat"], told["half_life_days"], told["least_risk"], told["alerts_per_1000_accounts_a_day"]
    )  # fmt: skip


def points_of_a_day(points: Iterable[float], repeat: float) -> float:
    """The strongest hit of a sensor, and a part of each further one, up to the strongest again."""
    strongest, *rest = sorted(points, reverse=True)
    return strongest + min(strongest, repeat * sum(rest))


def risk_of(hits: Iterable[tuple[str, date, float]], today: date, rules: Scoring | None = None) -> float:
    """The risk of one account today from its hits (sensor, day, points): its strongest one, and what its days add up to,
    halved with time. As `raise_cases` weighs it."""
    rules = rules or scoring()
    days: dict[tuple[date, str], list[float]] = defaultdict(list)
    for sensor, day, points in hits:
        days[day, sensor].append(points)
    if not days:
        return 0.0
    faded = sum(
        points_of_a_day(points, rules.repeat) * float(0.5 ** ((today - day).days / rules.half_life_days))
        for (day, _), points in days.items()
    )
    return max(max(points) for points in days.values()) + faded


def raise_cases(
    hits: Iterable[Hit], accounts: int, first: date, last: date, rules: Scoring | None = None
) -> list[Case]:
    """Day by day, the accounts of highest risk, no more than the budget allows so far. What a case holds is done with: the
    account comes again only by new hits."""
    rules = rules or scoring()
    days: dict[date, dict[int, dict[str, list[Hit]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for hit in hits:
        days[hit.day][hit.account][hit.sensor].append(hit)
    pending: dict[int, list[Hit]] = defaultdict(list)
    risk: dict[int, float] = defaultdict(float)
    cases: list[Case] = []

    def weight(account: int) -> float:
        return max(hit.points for hit in pending[account]) + risk[account]

    allowed, fade = 0.0, 0.5 ** (1 / rules.half_life_days)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        allowed += rules.budget * accounts / 1000
        for account in risk:
            risk[account] *= fade
        for account, sensors in days[day].items():
            for found in sensors.values():
                risk[account] += points_of_a_day([hit.points for hit in found], rules.repeat)
                pending[account] += found
        for account in sorted(pending, key=lambda one: (-weight(one), one)):
            if allowed < 1 or weight(account) < rules.least_risk:
                break
            cases.append(_case(day, account, weight(account), pending.pop(account)))
            risk.pop(account)
            allowed -= 1
    return cases


def _case(day: date, account: int, risk: float, hits: list[Hit]) -> Case:
    return Case(
        day, account, risk, tuple(sorted({hit.sensor for hit in hits})), tuple(sorted({hit.event for hit in hits}))
    )
