"""Sensitivity labels, and where a labelled record may appear.

A label belongs to a record, not to a person. The rules are data (``definitions/sensitivity``): the laws they come
from are named there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from hoso.core.definitions import definitions_folder, read_definition

Rule = Literal["file", "label", "withhold", "aggregate_only"]


@dataclass(frozen=True, slots=True)
class Label:
    """One label; ``bit`` is its place in the sensitivity mask of a row and never changes."""

    key: str
    bit: int
    title_vi: str
    title_en: str

    @property
    def mask(self) -> int:
        """The mask with this label alone."""
        return 1 << self.bit


@cache
def labels() -> Mapping[str, Label]:
    """Give every label under its key, in the order of the bits."""
    given = read_definition(definitions_folder() / "sensitivity" / "labels.yaml")["labels"]
    made = [Label(one["key"], one["bit"], one["title_vi"], one["title_en"]) for one in given]
    return MappingProxyType({label.key: label for label in sorted(made, key=lambda label: label.bit)})


def mask_of(keys: Iterable[str]) -> int:
    """Give the mask with the named labels. Raises KeyError for a label that does not exist."""
    mask = 0
    for key in keys:
        mask |= labels()[key].mask
    return mask


def labels_in(mask: int) -> tuple[Label, ...]:
    """Give the labels that a mask holds. Raises ValueError for a bit that no label has."""
    found = tuple(label for label in labels().values() if mask & label.mask)
    if mask != mask_of(label.key for label in found):
        raise ValueError(f"mask {mask} has a bit without a label")
    return found


def destinations() -> tuple[str, ...]:
    """Give the names of the destinations: own_record, treating_staff, statistics, claims, research."""
    return tuple(next(iter(_table().values())))


def destination_rule(label: str, destination: str) -> Rule:
    """Tell what happens to records with the label at the destination. Raises KeyError for an unknown name."""
    return _table()[label][destination]


@cache
def rule_mask(destination: str, rule: Rule) -> int:
    """Give the mask of the labels that have this rule at the destination. Raises KeyError for an unknown name."""
    return mask_of(key for key in labels() if destination_rule(key, destination) == rule)


def withheld_mask(destination: str) -> int:
    """Give the mask of the labels that may not appear at the destination at all."""
    return rule_mask(destination, "withhold")


@cache
def _table() -> Mapping[str, Mapping[str, Rule]]:
    given = read_definition(definitions_folder() / "sensitivity" / "destinations.yaml")
    rules: dict[str, Mapping[str, Rule]] = given["rules"]
    if set(rules) != set(labels()):
        raise ValueError(f"destinations.yaml and labels.yaml differ on {set(rules) ^ set(labels())}")
    return MappingProxyType(rules)
