"""The lists in data/: read once, kept as small objects.

All texts are escaped for XML here, once, so that the writing of rows need not do it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

import yaml

_DATA = files("hoso.demo") / "data"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today with one commune it was made of, for addresses before 01/07/2025."""

    code: str
    name: str
    population: int
    old_code: str
    old_name: str
    old_district_code: str
    old_district_name: str
    old_province_code: str
    old_province_name: str


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug; `rate` is the share of the price within insurance scope, in percent (0 = paid by a programme)."""

    key: str
    code: str
    name: str
    strength: str
    unit: str
    route: str
    form: str
    price: Decimal
    rate: int


@dataclass(frozen=True, slots=True)
class Service:
    """A service or supply; `group` is MA_NHOM (10 = supply), `ceiling` what insurance pays at most for a supply."""

    key: str
    code: str
    name: str
    group: int
    price: Decimal
    icd9: str
    ceiling: Decimal | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A laboratory indicator with its usual distribution."""

    service: str
    code: str
    name: str
    unit: str
    mean: float
    spread: float
    low: float
    high: float
    decimals: int
    number: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A result in words."""

    service: str
    text: str
    normal: str
    abnormal: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield {key: escape(value) for key, value in row.items()}


def read_yaml(name: str) -> dict[str, Any]:
    """A YAML file of data/ as plain data."""
    loaded: dict[str, Any] = yaml.safe_load((_DATA / name).read_text(encoding="utf-8"))
    return loaded


@cache
def communes() -> list[Commune]:
    """Communes of the province, one for each old commune."""
    return [Commune(**{**row, "population": int(row["population"] or 5000)}) for row in _rows("communes.csv")]  # type: ignore[arg-type]


@cache
def drugs() -> dict[str, Drug]:
    """Drugs by key."""
    return {
        row["key"]: Drug(
            row["key"],
            row["code"],
            row["name"],
            row["strength"],
            row["unit"],
            row["route"],
            row["form"],
            Decimal(row["price"]),
            int(row["rate"]),
        )
        for row in _rows("drugs.csv")
    }


@cache
def services() -> dict[str, Service]:
    """Services by key."""
    return {
        row["key"]: Service(
            row["key"],
            row["code"],
            row["name"],
            int(row["group"]),
            Decimal(row["price"]),
            row["icd9"],
            Decimal(row["ceiling"]) if row["ceiling"] else None,
        )
        for row in _rows("services.csv")
    }


@cache
def indicators() -> dict[str, list[Indicator]]:
    """Indicators by service key."""
    found: dict[str, list[Indicator]] = {}
    for number, row in enumerate(_rows("indicators.csv")):
        found.setdefault(row["service"], []).append(
            Indicator(
                row["service"],
                row["code"],
                row["name"],
                row["unit"],
                float(row["mean"]),
                float(row["spread"]),
                float(row["low"]),
                float(row["high"]),
                int(row["decimals"]),
                number,
            )
        )
    return found


@cache
def findings() -> dict[str, Finding]:
    """Results in words by service key."""
    return {row["service"]: Finding(**row) for row in _rows("findings.csv")}


@cache
def icd10() -> dict[str, str]:
    """Vietnamese name by ICD-10 code."""
    return {row["code"]: row["name"] for row in _rows("icd10.csv")}
