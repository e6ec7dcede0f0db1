"""How alerts are judged against what was planted: what an alert shows counts, once, with Wilson's and Newcombe's 95 % intervals."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from pathlib import Path


@dataclass(frozen=True)
class Alert:
    """A day, an account, and the events that it shows to who investigates."""

    day: date
    account: int
    events: frozenset[int]


@dataclass
class Score:
    """What one way of alerting found, over all worlds: of each kind and intensity (found, planted), of its alerts (true, all),
    and the days until each was found."""

    found: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    alerts: list[int] = field(default_factory=lambda: [0, 0])
    benign: int = 0
    days: list[float] = field(default_factory=list)

    def recall(self, intensity: str | None = None, kind: str | None = None) -> tuple[int, int]:
        chosen = [
            counts for key, counts in self.found.items() if intensity in (None, key[1]) and kind in (None, key[0])
        ]
        return sum(one[0] for one in chosen), sum(one[1] for one in chosen)


@dataclass(frozen=True)
class Truth:
    """Planted cases by number: kind, intensity, events."""

    kinds: Mapping[int, tuple[str, str]]
    case_of: Mapping[int, int]

    @classmethod
    def read(cls, path: Path) -> "Truth":
        kinds: dict[int, tuple[str, str]] = {}
        case_of: dict[int, int] = {}
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                kinds[int(row["case"])] = (row["kind"], row["intensity"])
                case_of[int(row["event"])] = int(row["case"])
        return cls(kinds, case_of)


def judge(score: Score, alerts: Iterable[Alert], truth: Truth, days_of: Mapping[int, date]) -> set[int]:
    """A planted case is found by an alert that shows at least one of its events. Returns the cases found."""
    begun: dict[int, date] = {}
    for event, case in truth.case_of.items():
        begun[case] = min(begun.get(case, days_of[event]), days_of[event])
    found: dict[int, date] = {}
    for alert in alerts:
        cases = {truth.case_of[event] for event in alert.events if event in truth.case_of}
        true = {case for case in cases if truth.kinds[case][1] != "benign"}
        score.alerts[0] += bool(true)
        score.alerts[1] += 1
        score.benign += bool(cases) and not true
        for case in true:
            found.setdefault(case, alert.day)
    for case, key in truth.kinds.items():
        if key[1] == "benign":
            continue
        score.found[key][0] += case in found
        score.found[key][1] += 1
        if case in found:
            score.days.append((found[case] - begun[case]).days)
    return set(found)


def share(found: int, planted: int) -> float:
    return found / planted if planted else 0.0


def wilson(found: int, planted: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if planted == 0:
        return 0.0, 1.0
    z, share = 1.96, found / planted
    middle = share + z * z / (2 * planted)
    spread = z * sqrt(share * (1 - share) / planted + z * z / (4 * planted * planted))
    return max(0.0, (middle - spread) / (1 + z * z / planted)), min(1.0, (middle + spread) / (1 + z * z / planted))


def told(found: int, planted: int) -> str:
    low, high = wilson(found, planted)
    return f"{share(found, planted):.2f} ({low:.2f}-{high:.2f}) {found}/{planted}"


def difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """The share of the first less that of the other, with Newcombe's 95 % interval (from Wilson's of both)."""
    first, second = share(*one), share(*other)
    low_first, high_first = wilson(*one)
    low_second, high_second = wilson(*other)
    down = sqrt((first - low_first) ** 2 + (high_second - second) ** 2)
    up = sqrt((high_first - first) ** 2 + (second - low_second) ** 2)
    return first - second, first - second - down, first - second + up
