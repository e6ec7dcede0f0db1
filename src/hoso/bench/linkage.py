"""The matcher over a population whose truth is known: seconds, memory, precision, recall, what is left to the desk.

The population is made by `population.py`, of which the matcher knows nothing, nor it of the matcher. Every run draws its seed anew
unless BENCH_SEED names one; the model (definitions/people/matching.yaml) was frozen before. Beside it exact matching on
name, birth date and sex.
"""

import os
import secrets
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.population import Record, population
from hoso.bench.process_costs import ProcessCosts
from hoso.bench.tables import print_table

RECORDS = {"small": 60_000, "full": 1_200_000}


@dataclass
class Found:
    """Pairs that a matcher joined; of those right by what was wrong with the second record."""

    right: int = 0
    wrong: int = 0

    def line(self, name: str, truth: int) -> list[object]:
        return [name, self.right + self.wrong, _share(self.precision), _share(self.right / truth)]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)


def measure(size: Size) -> Figure:
    """Seconds of a batch over everybody."""
    seed = int(os.environ.get("BENCH_SEED") or secrets.randbelow(10**9))
    records = population(RECORDS[size], seed)
    with temporary_home("linkage") as home:
        open_home(home)
        pairs, seconds, memory = _match(records)
    from hoso.engines.people.matching.model import model

    upper = model().upper
    human = {one.id: one.human for one in records}
    truth = len(records) - len(set(human.values()))
    joined = {(first, second) for first, second, probability in pairs if probability >= upper}
    ours, exact = _judged(joined, human), _judged(_exactly_alike(records), human)
    waiting = len(pairs) - len(joined)
    print_table(("seed", "records", "second records", "s", "MB"), [[seed, len(records), truth, seconds, memory]])
    print_table(
        ("matcher", "joined", "precision", "recall"),
        [ours.line("the model", truth), exact.line("name, birth, sex equal", truth)],
    )
    print_table(("error of the second record", "records", "recall"), _by_error(records, joined))
    print_table(("desk", "share of records"), [[waiting, _share(waiting / len(records))]])
    details = {
        "seed": seed, "precision": ours.precision, "recall": ours.right / truth, "review": waiting / len(records), "memory": memory,
        "exact_precision": exact.precision, "exact_recall": exact.right / truth,
    }  # fmt: skip
    return Figure("linkage", seconds, "s", details=details)


def _share(part: float) -> str:
    return f"{part:.4f}"


def _match(records: list[Record]) -> tuple[list[tuple[int, int, float]], float, float]:
    from hoso.engines.people.matching.model import model
    from hoso.engines.people.matching.splink_model import everybody, likely_pairs

    me = os.getpid()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.tsv"
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(_line(one) for one in records)
        with ProcessCosts({"matcher": lambda: [me]}) as costs:
            began = time.perf_counter()
            with everybody(path) as persons:
                pairs = list(likely_pairs(persons, model()))
            seconds = time.perf_counter() - began
    return pairs, seconds, costs.peak_mb["matcher"]


def _line(one: Record) -> str:
    birth = ("" if part is None else str(part) for part in one.birth)
    values = (
        str(one.id), one.name.lower(), *birth, str(one.sex), one.phone, str(one.commune), one.household, one.insurance_number,
        one.personal_number,
    )  # fmt: skip
    return "\t".join(values) + "\n"


def _judged(pairs: set[tuple[int, int]], human: dict[int, int]) -> Found:
    right = sum(human[first] == human[second] for first, second in pairs)
    return Found(right, len(pairs) - right)


def _exactly_alike(records: list[Record]) -> set[tuple[int, int]]:
    alike: dict[object, list[int]] = defaultdict(list)
    for one in records:
        alike[one.name, one.birth, one.sex].append(one.id)
    return {(first, second) for ids in alike.values() for place, first in enumerate(ids) for second in ids[place + 1 :]}


def _by_error(records: list[Record], joined: set[tuple[int, int]]) -> list[list[object]]:
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in records:
        if one.id == one.human:
            continue
        found = (min(one.id, one.human), max(one.id, one.human)) in joined or (one.id, one.human) in joined
        for error in (*one.errors, f"{len(one.errors)} errors" if one.errors != ("none",) else "none at all"):
            counted[error][0] += 1
            counted[error][1] += found
    return [[error, total, _share(right / total)] for error, (total, right) in sorted(counted.items())]
