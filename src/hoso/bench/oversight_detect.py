"""What the sensors find of planted misuse in a believable working life, at the alert budget of the definitions: per kind and
intensity, beside random alerts, volume alone, ECOD, and the same flags without explanations; in two populations.

Everything is synthetic, made by `hoso.demo.working_life` with seeds that were drawn after detectors and thresholds were
committed (docs/security/oversight.md names both). It says nothing of a real hospital."""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from hoso.bench.figure import Figure
from hoso.bench.oversight_judging import Alert, Score, Truth, difference, judge, share, told
from hoso.bench.tables import print_table

# The commit that froze detectors and thresholds, and the digest of their definitions there. Seeds come from the commit's name, so
# they cannot have been known before it; seeds 1 to 9 were looked at while sensors were made.
FROZEN = "aaee388f9bf5fe43b641485bd57d36c213293255"
DIGEST = "d59bfc6968ccf160"
WORLDS = {"small": 2, "full": 30}
INTENSITIES = ("blatant", "moderate", "quiet")
OURS, WITH_ECOD = "explanations and sensors", "the same, raised by ECOD"
UNUSUAL = 0.01  # the share of days on which ECOD raises what sensors found


@dataclass(frozen=True)
class Population:
    """A kind of world: how many accounts, and how it departs from the usual settings."""

    name: str
    accounts: int
    manners: Mapping[str, Any]


# The second has another size, another rota (a night every third day, three times as many shifts missing from it), one hospital
# more, more reasons that nobody wrote down, and wards that merge in the middle of it.
POPULATIONS = (
    Population("first", 300, {}),
    Population(
        "second", 450,
        {"persons_per_account": 25, "nights_every": 3, "hospitals": 3, "unlinked": 0.06, "stray": 0.005, "lost_rota": 0.03,
         "reorganised": 45},
    ),
)  # fmt: skip


@dataclass
class Result:
    """Of one population: what each way found; of each sensor hits of misuse, hits, and misuse that is lost without it; accesses
    explained and all."""

    ways: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    yields: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    explained: list[int] = field(default_factory=lambda: [0, 0])


def seeds(size: str, population: str = "first") -> list[int]:
    """Of every world, from the name of the frozen commit."""
    of = [f"{FROZEN}/{size}/{population}/{number}" for number in range(WORLDS[size])]
    return [int.from_bytes(sha256(one.encode()).digest()[:4]) for one in of]


def digest() -> str:
    """Of every explanation, sensor and number that decides what is found, and of the code that asks and adds them up."""
    import hoso.engines.oversight as engine
    from hoso.core.definitions import definitions_folder

    folder = definitions_folder() / "oversight"
    paths = [folder / "explanations.yaml", folder / "scoring.yaml", *(folder / "sensors").glob("*.yaml")]
    paths += [Path(engine.__path__[0]) / f"{name}.py" for name in ("memory", "explaining", "sensing", "scoring")]
    return sha256(b"".join(path.read_bytes() for path in sorted(paths))).hexdigest()[:16]


def measure(size: str) -> Figure:
    results: dict[str, Result] = {}
    for population in POPULATIONS:
        result = results[population.name] = Result()
        for number, seed in enumerate(seeds(size, population.name), 1):
            _one_world(seed, population, result)
            print(f"{population.name} population, world {number} of {WORLDS[size]}", file=sys.stderr, flush=True)
        print(
            f"\n{population.name} population: {population.accounts} accounts, {dict(population.manners) or 'usual settings'}"
        )
        _tell(result)
    first, second = (results[one.name].ways[OURS] for one in POPULATIONS)
    _compare(first, second)
    same = "as frozen" if digest() == DIGEST else f"CHANGED since they were frozen ({DIGEST}): draw new seeds"
    drawn = {one.name: ",".join(map(str, seeds(size, one.name))) for one in POPULATIONS}
    print(f"detectors {digest()}: {same}; frozen in {FROZEN}; seeds {drawn}")
    plain, value = share(*results["first"].ways["volume alone"].recall()), share(*first.recall())
    details = {
        "frozen": FROZEN,
        "precision": round(share(*first.alerts), 3),
        **{name: round(share(*first.recall(name)), 3) for name in INTENSITIES},
        "explained": round(share(*results["first"].explained), 4),
        "second": round(share(*second.recall()), 3),
        "seeds": ";".join(drawn.values()),
    }
    return Figure(
        "oversight-detect", round(value, 3), "recall", "volume-alone", value / plain if plain else None, details
    )


def _one_world(seed: int, population: Population, result: Result) -> None:
    from hoso.bench.oversight_baselines import ecod, random_days, unusual_days, volume_alone
    from hoso.demo.working_life.life import live
    from hoso.demo.working_life.settings import Settings
    from hoso.engines.oversight.explaining import explain, shares
    from hoso.engines.oversight.memory import Memory
    from hoso.engines.oversight.scoring import Hit, raise_cases
    from hoso.engines.oversight.sensing import hits, sense

    settings = Settings(seed=seed, accounts=population.accounts, **population.manners)
    first, last = settings.start, settings.start + timedelta(days=settings.days - 1)
    with tempfile.TemporaryDirectory(prefix="hoso-oversight-") as folder:
        live(settings).write(Path(folder))
        memory = Memory()
        memory.load_folder(Path(folder))
        truth = Truth.read(Path(folder) / "truth.csv")
    staff = int(memory.ask("SELECT count(*) FROM account WHERE tier <> 'T4'")[0][0])
    days_of = dict(memory.ask("SELECT id, moment::DATE FROM event"))

    def alerts(found: list[Hit]) -> list[Alert]:
        return [Alert(one.day, one.account, frozenset(one.events)) for one in raise_cases(found, staff, first, last)]

    explain(memory)
    for one in shares(memory):
        result.explained[0] += one.explained
        result.explained[1] += one.accesses
    sense(memory)
    found = hits(memory)
    raised = alerts(found)
    caught = judge(result.ways[OURS], raised, truth, days_of)
    unusual = unusual_days(memory, UNUSUAL)
    more = {(one.account, one.day): one for one in found if (one.account, one.day) in unusual}
    with_ecod = found + [Hit("ECOD", one.event, one.account, one.day, 1.0) for one in more.values()]
    judge(result.ways[WITH_ECOD], alerts(with_ecod), truth, days_of)
    for sensor in {one.sensor for one in found}:
        left = judge(Score(), alerts([one for one in found if one.sensor != sensor]), truth, days_of)
        result.yields[sensor][2] += len(caught) - len(left)
    _count_yields(result.yields, {(hit.sensor, hit.event) for hit in found}, truth)
    judge(result.ways["ECOD alone"], ecod(memory, len(raised)), truth, days_of)
    judge(result.ways["volume alone"], volume_alone(memory, len(raised)), truth, days_of)
    judge(result.ways["random"], random_days(memory, seed, len(raised)), truth, days_of)
    memory.ask("DELETE FROM hit")
    memory.ask("DELETE FROM explained")
    explain(memory, ())
    sense(memory)
    judge(result.ways["flags without explanations"], alerts(hits(memory)), truth, days_of)


def _count_yields(yields: dict[str, list[int]], found: set[tuple[str, int]], truth: Truth) -> None:
    """Of each sensor's hits, how many were of a planted misuse."""
    for sensor, event in found:
        case = truth.case_of.get(event)
        yields[sensor][0] += case is not None and truth.kinds[case][1] != "benign"
        yields[sensor][1] += 1


def _tell(result: Result) -> None:
    ours = result.ways[OURS]
    kinds = sorted({kind for kind, _ in ours.found})
    print_table(
        ["recall by kind (95 %)", *INTENSITIES],
        [[kind, *(told(*ours.recall(intensity, kind)) for intensity in INTENSITIES)] for kind in kinds],
    )
    print_table(
        ["way of alerting, same budget", *INTENSITIES, "all", "precision", "days until found", "benign"],
        [
            [name, *(told(*score.recall(one)) for one in INTENSITIES), told(*score.recall()), told(*score.alerts),
             median(score.days) if score.days else "-", score.benign]
            for name, score in result.ways.items()
        ],
    )  # fmt: skip
    print_table(
        ["sensor", "hits of misuse", "hits", "misuse lost without it"],
        [[sensor, *counts] for sensor, counts in sorted(result.yields.items(), key=lambda one: int(one[0][1:]))],
    )
    print(f"accesses explained: {share(*result.explained):.2%} of {result.explained[1]:,}")


def _compare(first: Score, second: Score) -> None:
    """Whether the second population gives what the first lets expect."""
    pairs = {one: (first.recall(one), second.recall(one)) for one in INTENSITIES}
    pairs |= {"all": (first.recall(), second.recall())}
    pairs |= {"precision": ((first.alerts[0], first.alerts[1]), (second.alerts[0], second.alerts[1]))}
    rows = []
    for name, (one, other) in pairs.items():
        drift, low, high = difference(other, one)
        verdict = "within" if low <= 0 <= high else "DRIFT"
        rows.append([name, told(*one), told(*other), f"{drift:+.2f} ({low:+.2f} to {high:+.2f})", verdict])
    print_table(["second population against the first", "first", "second", "difference (95 %)", ""], rows)
