"""The model of the matcher: what each level of agreement is worth, and the two thresholds (definitions/people/matching.yaml).

A weight is log2(m/u): how much likelier the level is among records of one human than among those of two (Fellegi and
Sunter, 1969). Weights add up in bits; with the prior they give the probability that two records are one human.
"""

from dataclasses import dataclass
from functools import cache
from math import log2
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.people.matching.comparisons import COMPARISONS, Compared


@dataclass(frozen=True)
class Agreement:
    """How far two agree in one respect, and what that is worth in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Model:
    """`prior`: that two records picked blindly are one human. From `upper` on two are joined, below `lower` they are apart."""

    prior: float
    lower: float
    upper: float
    weights: dict[str, dict[str, tuple[float, float]]]  # field -> level -> (m, u)

    def judge(self, one: Compared, other: Compared) -> tuple[float, tuple[Agreement, ...]]:
        """The probability that the two are one human, and what speaks for and against it."""
        found = tuple(self._agreement(each.field, each.level_of(one, other)) for each in COMPARISONS)
        bits = log2(self.prior / (1 - self.prior)) + sum(each.weight for each in found)
        return (1.0 if bits > 60 else 2**bits / (1 + 2**bits)), found

    def _agreement(self, field: str, level: str) -> Agreement:
        if level == "unknown":
            return Agreement(field, level, 0.0)
        m, u = self.weights[field][level]
        return Agreement(field, level, log2(m / u))


@cache
def model() -> Model:
    """The model in force."""
    folder = definitions_folder() / "people"
    return model_of(read_definition(folder / "matching.yaml", folder / "schema" / "matching.json"))


def model_of(given: dict[str, Any]) -> Model:
    """A model as the definition file writes it."""
    weights = {field: {level: (m, u) for level, (m, u) in levels.items()} for field, levels in given["weights"].items()}
    return Model(given["prior"], given["lower"], given["upper"], weights)
