"""The illnesses of data/illnesses.yaml as objects, and how often they strike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import Any

from hoso.demo.catalogue import Drug, Service, drugs, icd10, read_yaml, services

Prescription = tuple[tuple[Drug, Decimal], ...]
_BAND_STARTS = (5, 15, 40, 60)


@dataclass(frozen=True)
class Illness:
    """One illness with what a visit for it contains. Field meanings: head of data/illnesses.yaml."""

    key: str
    kind: str
    icd: str
    name: str
    complaint: str
    drugs: Prescription
    child_drugs: Prescription
    days: tuple[int, int]
    services: tuple[Service, ...]
    service_chance: float
    results: Mapping[str, float]
    drift: Mapping[str, float]
    abnormal: frozenset[str]
    comorbid: tuple[str, ...]
    rates: tuple[int, ...]
    share: tuple[float, ...]
    months: tuple[int, int]
    limit: int
    season: tuple[float, ...]
    admit: float
    stay: tuple[int, int]
    fatal: float
    transfer: float
    emergency: float
    accident: int
    surgery: bool
    withheld: bool


def age_band(years: int) -> int:
    """Index of the age band 0-4, 5-14, 15-39, 40-59, 60+."""
    return sum(years >= start for start in _BAND_STARTS)


def _prescription(entries: Sequence[Sequence[Any]]) -> Prescription:
    return tuple((drugs()[key], Decimal(str(amount))) for key, amount in entries)


def _illness(key: str, kind: str, entry: dict[str, Any], seasons: dict[str, list[float]]) -> Illness:
    prescription = _prescription(entry.get("drugs", []))
    return Illness(
        key=key,
        kind=kind,
        icd=entry["icd"],
        name=icd10()[entry["icd"]],
        complaint=entry["complaint"],
        drugs=prescription,
        child_drugs=_prescription(entry["child_drugs"]) if "child_drugs" in entry else prescription,
        days=tuple(entry["days"]),
        services=tuple(services()[name] for name in entry.get("services", [])),
        service_chance=entry.get("service_chance", 0.0),
        results=entry.get("results", {}),
        drift=entry.get("drift", {}),
        abnormal=frozenset(entry.get("abnormal", [])),
        comorbid=tuple(entry.get("comorbid", [])),
        rates=tuple(entry.get("rates", [0] * 5)),
        share=tuple(entry.get("share", [0] * 5)),
        months=tuple(entry.get("months", [1, 1])),
        limit=entry.get("limit", 10_000),
        season=tuple(accumulate(seasons[entry.get("season", "flat")])),
        admit=entry.get("admit", 0.0),
        stay=tuple(entry.get("stay", [3, 5])),
        fatal=entry.get("fatal", 0.0),
        transfer=entry.get("transfer", 0.0),
        emergency=entry.get("emergency", 0.0),
        accident=entry.get("accident", 0),
        surgery=entry.get("surgery", False),
        withheld=entry.get("withheld", False),
    )


@cache
def illnesses(kind: str) -> dict[str, Illness]:
    """Illnesses of a kind (acute, chronic, programmes, maternity) by key."""
    book = read_yaml("illnesses.yaml")
    return {key: _illness(key, kind, entry, book["seasons"]) for key, entry in book[kind].items()}


@cache
def acute_table() -> tuple[list[Illness], list[list[int]]]:
    """Acute illnesses, and for each age band their cumulated rates (last value = total per 1,000 a year)."""
    listed = list(illnesses("acute").values())
    return listed, [list(accumulate(illness.rates[band] for illness in listed)) for band in range(5)]


def years_between(since: date, day: date) -> float:
    """Years from one day to another, as a fraction."""
    return (day - since).days / 365.25
