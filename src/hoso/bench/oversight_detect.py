"""What the sensors find of planted misuse in a believable working life, at the alert budget of the definitions: per kind and
intensity, beside random alerts, volume alone, and the same flags without explanations.

Everything is synthetic, made by `hoso.demo.working_life` with seeds that were drawn after detectors and thresholds were
committed (docs/security/oversight.md names both). It says nothing of a real hospital."""

import csv
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from math import sqrt
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from hoso.bench.figure import Figure
from hoso.bench.tables import print_table

if TYPE_CHECKING:
    from hoso.engines.oversight.memory import Memory

# The commit that froze detectors and thresholds, and the digest of their definitions there. Seeds come from the commit's name, so
# they cannot have been known before it; seeds 1 to 9 were looked at while sensors were made.
FROZEN = "2b7e73d5eda018b013a0af9e5093dc5666b674bf"
DIGEST = "cd927874124f7873"
ACCOUNTS = {"small": (300, 300), "full": (300,) * 12}
INTENSITIES = ("blatant", "moderate", "quiet")


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


def seeds(size: str) -> list[int]:
    """Of every world, from the name of the frozen commit."""
    worlds = range(len(ACCOUNTS[size]))
    return [int.from_bytes(sha256(f"{FROZEN}/{size}/{number}".encode()).digest()[:4]) for number in worlds]


def digest() -> str:
    """Of every explanation, sensor and number that decides what is found, and of the code that asks and adds them up."""
    import hoso.engines.oversight as engine
    from hoso.core.definitions import definitions_folder

    paths = [path for path in (definitions_folder() / "oversight").rglob("*.yaml") if path.stem != "tiers"]
    paths += [Path(engine.__path__[0]) / f"{name}.py" for name in ("memory", "explaining", "sensing", "scoring")]
    return sha256(b"".join(path.read_bytes() for path in sorted(paths))).hexdigest()[:16]


def measure(size: str) -> Figure:
    from hoso.engines.oversight.sensing import sensors

    ways: dict[str, Score] = defaultdict(Score)
    yields: dict[str, list[int]] = {sensor.key: [0, 0] for sensor in sensors()}
    explained = [0, 0]
    worlds = list(zip(seeds(size), ACCOUNTS[size], strict=True))
    for number, (seed, accounts) in enumerate(worlds, 1):
        _one_world(seed, accounts, ways, yields, explained)
        print(f"world {number} of {len(worlds)}", file=sys.stderr, flush=True)
    _tell(ways, yields, explained)
    same = "as frozen" if digest() == DIGEST else f"CHANGED since they were frozen ({DIGEST}): draw new seeds"
    print(f"detectors {digest()}: {same}; frozen in {FROZEN}; seeds {', '.join(map(str, seeds(size)))}")
    ours = ways["sensors"]
    found, planted = ours.recall()
    details = {
        "frozen": FROZEN,
        "precision": round(ours.alerts[0] / max(1, ours.alerts[1]), 3),
        **{name: round(_share(*ours.recall(name)), 3) for name in INTENSITIES},
        "explained": round(explained[0] / explained[1], 4),
        "seeds": ",".join(map(str, seeds(size))),
    }
    plain = _share(*ways["volume alone"].recall())
    value = _share(found, planted)
    return Figure(
        "oversight-detect", round(value, 3), "recall", "volume-alone", value / plain if plain else None, details
    )


def _one_world(
    seed: int, accounts: int, ways: dict[str, Score], yields: dict[str, list[int]], explained: list[int]
) -> None:
    from hoso.demo.working_life.life import live
    from hoso.demo.working_life.settings import Settings
    from hoso.engines.oversight.explaining import explain, shares
    from hoso.engines.oversight.memory import Memory
    from hoso.engines.oversight.scoring import raise_cases
    from hoso.engines.oversight.sensing import hits, sense

    settings = Settings(seed=seed, accounts=accounts)
    first, last = settings.start, settings.start + timedelta(days=settings.days - 1)
    with tempfile.TemporaryDirectory(prefix="hoso-oversight-") as folder:
        live(settings).write(Path(folder))
        memory = Memory()
        memory.load_folder(Path(folder))
        truth = Truth.read(Path(folder) / "truth.csv")
    staff = int(memory.ask("SELECT count(*) FROM account WHERE tier <> 'T4'")[0][0])
    days_of = dict(memory.ask("SELECT id, moment::DATE FROM event"))
    explain(memory)
    for share in shares(memory):
        explained[0] += share.explained
        explained[1] += share.accesses
    sense(memory)
    found = hits(memory)
    _count_yields(yields, {(hit.sensor, hit.event) for hit in found}, truth)
    cases = raise_cases(found, staff, first, last)
    _judge(ways["sensors"], [Alert(one.day, one.account, frozenset(one.events)) for one in cases], truth, days_of)
    _judge(ways["volume alone"], _volume_alone(memory, len(cases)), truth, days_of)
    _judge(ways["random"], _random(memory, seed, len(cases)), truth, days_of)
    memory.ask("DELETE FROM hit")
    memory.ask("DELETE FROM explained")
    explain(memory, ())
    sense(memory)
    flags = raise_cases(hits(memory), staff, first, last)
    alerts = [Alert(one.day, one.account, frozenset(one.events)) for one in flags]
    _judge(ways["flags without explanations"], alerts, truth, days_of)


def _judge(score: Score, alerts: Iterable[Alert], truth: Truth, days_of: Mapping[int, date]) -> None:
    """A planted case is found by an alert that shows at least one of its events."""
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


def _count_yields(yields: dict[str, list[int]], found: set[tuple[str, int]], truth: Truth) -> None:
    """Of each sensor's hits, how many were of a planted misuse."""
    for sensor, event in found:
        case = truth.case_of.get(event)
        yields[sensor][0] += case is not None and truth.kinds[case][1] != "benign"
        yields[sensor][1] += 1


def _volume_alone(memory: "Memory", count: int) -> list[Alert]:
    """The days on which an account opened the most persons against its own usual day."""
    rows = memory.ask(
        """
        WITH days AS (SELECT account, moment::DATE AS day, count(DISTINCT person) AS persons, list(id) AS ids
                      FROM access GROUP BY ALL),
        usual AS (SELECT account, median(persons) AS persons FROM days GROUP BY account)
        SELECT day, account, ids FROM days JOIN usual USING (account)
        ORDER BY days.persons / greatest(usual.persons, 1) DESC, day, account LIMIT $count
        """,
        {"count": count},
    )
    return [Alert(day, account, frozenset(ids)) for day, account, ids in rows]


def _random(memory: "Memory", seed: int, count: int) -> list[Alert]:
    rows = memory.ask("SELECT moment::DATE AS day, account, list(id) FROM event GROUP BY ALL ORDER BY day, account")
    return [Alert(day, account, frozenset(ids)) for day, account, ids in Random(seed).sample(rows, count)]


def _share(found: int, planted: int) -> float:
    return found / planted if planted else 0.0


def wilson(found: int, planted: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if planted == 0:
        return 0.0, 1.0
    z, share = 1.96, found / planted
    middle = share + z * z / (2 * planted)
    spread = z * sqrt(share * (1 - share) / planted + z * z / (4 * planted * planted))
    return max(0.0, (middle - spread) / (1 + z * z / planted)), min(1.0, (middle + spread) / (1 + z * z / planted))


def _told(found: int, planted: int) -> str:
    low, high = wilson(found, planted)
    return f"{_share(found, planted):.2f} ({low:.2f}-{high:.2f}) {found}/{planted}"


def _tell(ways: Mapping[str, Score], yields: Mapping[str, list[int]], explained: list[int]) -> None:
    ours = ways["sensors"]
    kinds = sorted({kind for kind, _ in ours.found})
    print_table(
        ["recall by kind (95 %)", *INTENSITIES],
        [[kind, *(_told(*ours.recall(intensity, kind)) for intensity in INTENSITIES)] for kind in kinds],
    )
    print_table(
        ["way of alerting, same budget", *INTENSITIES, "all", "precision", "days until found", "benign"],
        [
            [name, *(_told(*score.recall(one)) for one in INTENSITIES), _told(*score.recall()), _told(*score.alerts),
             median(score.days) if score.days else "-", score.benign]
            for name, score in ways.items()
        ],
    )  # fmt: skip
    print_table(
        ["sensor", "hits of misuse", "hits"], [[sensor, true, every] for sensor, (true, every) in yields.items()]
    )
    print(f"accesses explained: {explained[0] / explained[1]:.2%} of {explained[1]:,}")
