"""Administrative details of a person over time: what each visit said, and which of it holds.

Every visit is one statement; which of them holds is worked out from all of them in the order of their days, so the order
in which they arrived does not matter. The order of sources is data: definitions/people/details.yaml.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition

IDENTITY = ("name", "birth", "sex")
Details = Mapping[str, Any]  # key -> value; what is not said is not there


@dataclass(frozen=True)
class DetailKind:
    """One kind of detail. `parts` (part -> fields of XML1) is empty for what belongs to the claimed identity."""

    key: str
    title_vi: str
    title_en: str
    keeps_days: int
    parts: dict[str, list[str]] = field(default_factory=dict)
    lists: bool = False
    nothing: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)  # codes whose meaning is known


@dataclass(frozen=True)
class DetailSource:
    """Where a statement comes from; the higher rank is believed more. `codes` of XML1 field `field` tell it apart."""

    key: str
    title_vi: str
    title_en: str
    rank: int
    field: str = ""
    codes: frozenset[str] = frozenset()
    of_visits: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """What one visit said of a person, on the day of admission."""

    encounter: str
    said_at: datetime
    source: str
    details: Details
    joined: bool = False  # of somebody found to be the same person: under which name they came decides nothing

    def counts_for(self, kind: "DetailKind") -> bool:
        """Whether it says something of this kind that may hold."""
        return kind.key in self.details and not (self.joined and kind.key in IDENTITY)


@cache
def detail_kinds() -> dict[str, DetailKind]:
    """Every kind by its key, in the order of the file."""
    given = _given()["details"]
    return {one["key"]: DetailKind(**{**one, "nothing": tuple(one.get("nothing", ()))}) for one in given}


@cache
def detail_sources() -> dict[str, DetailSource]:
    """Every source by its key, the more believed first."""
    sources = [_source(**one) for one in _given()["sources"]]
    return {source.key: source for source in sorted(sources, key=lambda one: -one.rank)}


def _source(
    key: str, title_vi: str, title_en: str, rank: int, when: dict[str, Any] | None = None, of_visits: bool = True
) -> DetailSource:
    when = when or {}
    return DetailSource(
        key, title_vi, title_en, rank, when.get("field", ""), frozenset(when.get("codes", ())), of_visits
    )


@cache
def _given() -> dict[str, Any]:
    folder = definitions_folder() / "people"
    return read_definition(folder / "details.yaml", folder / "schema" / "details.json")


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """By the day they speak of; of one moment by the visit's id, so that it is the same order whenever it is asked."""
    return sorted(statements, key=lambda one: (one.said_at, one.encounter))


def replaces(new: Statement, held: Statement, kind: DetailKind) -> bool:
    """Whether a later statement takes the place of the one that holds."""
    sources = detail_sources()
    old_rank, new_rank = (sources[one.source].rank if one.source in sources else 0 for one in (held, new))
    if new_rank < old_rank and new.said_at - held.said_at <= timedelta(days=kind.keeps_days):
        return False
    if kind.key == "birth":  # a date known to the day is not given up for a year
        return bool(new.details["birth"][1] >= held.details["birth"][1])
    return True


def holding(statements: Iterable[Statement]) -> dict[str, Statement]:
    """For each kind of detail the statement that holds."""
    kinds, held = detail_kinds(), dict[str, Statement]()
    for one in in_order(statements):
        for key in one.details:
            kind = kinds.get(key)
            if kind and one.counts_for(kind) and (key not in held or replaces(one, held[key], kind)):
                held[key] = one
    return held
