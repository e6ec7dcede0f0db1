"""Vietnamese names with the surname shares of the country."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from hoso.demo.catalogue import read_yaml


@cache
def _names() -> dict[str, Any]:
    return read_yaml("names.yaml")


@cache
def _weighted(kind: str) -> tuple[list[str], list[int]]:
    table: dict[str, int] = _names()[kind]
    return list(table), list(table.values())


def _pick(rng: Random, kind: str) -> str:
    values, weights = _weighted(kind)
    return rng.choices(values, weights)[0]


def surname(rng: Random) -> str:
    return _pick(rng, "surnames")


def full_name(rng: Random, family: str, sex: int) -> str:
    """Surname, middle name and given name; sex 1 = male, 2 = female."""
    suffix = "male" if sex == 1 else "female"
    given: list[str] = _names()[f"given_{suffix}"]
    return f"{family} {_pick(rng, f'middle_{suffix}')} {rng.choice(given)}"
