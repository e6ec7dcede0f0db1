"""The catalogue of indicators in `definitions/indicators`: what is divided by what, in words, and the targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.uids import uid_of


@dataclass(frozen=True, slots=True)
class Target:
    """A figure set (`target`) or reached (`result`) for a year."""

    year: int
    value: float
    kind: str
    basis: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which version of an indicator that this house keeps itself, by whom, since when."""

    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Indicator:
    """Numerator ÷ denominator × factor, in words; without a factor a model gives the figure. `numerator` and `denominator`
    are formulas of rows by their keys, where the forms hold what is needed."""

    code: str
    group: str
    title_vi: str
    title_en: str
    numerator_vi: str
    denominator_vi: str | None
    factor: int | None
    evidence: str
    targets: tuple[Target, ...]
    numerator: str = ""
    denominator: str = ""
    by_vi: tuple[str, ...] = ()  # what it is broken down by
    frequency: str = ""
    reported_by_vi: str = ""
    source_url: str = ""
    note: str = ""
    kept: Keeping | None = None  # of those that are no shipped definition

    @property
    def uid(self) -> str:
        return uid_of(f"indicator:{self.code}")


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every indicator by its code. Raises DefinitionError where a code stands twice."""
    folder = definitions_folder() / "indicators"
    found: dict[str, Indicator] = {}
    for path in sorted(folder.glob("*.yaml")):
        given = read_definition(path, folder / "schema" / "indicator.json")
        for one in given["indicators"]:
            if one["code"] in found:
                raise DefinitionError(f"{path}: indicator {one['code']} is written twice")
            found[one["code"]] = Indicator(
                code=one["code"],
                group=given["group"],
                title_vi=one["title_vi"],
                title_en=one["title_en"],
                numerator_vi=one["numerator_vi"],
                denominator_vi=one["denominator_vi"],
                factor=one["factor"],
                evidence=one["evidence"],
                targets=tuple(Target(**target) for target in one.get("targets", ())),
                numerator=one.get("numerator", ""),
                denominator=one.get("denominator", ""),
                by_vi=tuple(one["by_vi"]),
                frequency=one["frequency"],
                reported_by_vi=one["reported_by_vi"],
                source_url=one.get("source_url", ""),
                note=one.get("note", ""),
            )
    return found


@cache
def reckoned_indicators() -> Mapping[str, Indicator]:
    """The shipped ones with a formula, by their id."""
    return {one.uid: one for one in indicators().values() if one.numerator}
