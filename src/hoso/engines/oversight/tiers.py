"""Accounts by privilege tier: which role stands where is data (definitions/oversight/tiers.yaml)."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition


@dataclass(frozen=True)
class Tier:
    """One tier; T0 reaches furthest, T4 is the citizen."""

    key: str
    title_vi: str
    title_en: str


@dataclass(frozen=True)
class Tiers:
    """The tiers, where each role and each kind of account stands, when an account is dormant or shared, and when a system is
    silent or its clock wrong."""

    tiers: tuple[Tier, ...]
    of_role: dict[str, str]
    of_kind: dict[str, str]
    dormant_after: timedelta
    shared_within: timedelta
    shared_looked_back: timedelta
    silent_after: timedelta
    clock_tolerance: timedelta

    @property
    def shared_minutes(self) -> int:
        return int(self.shared_within.total_seconds() // 60)

    @property
    def silent_hours(self) -> int:
        return int(self.silent_after.total_seconds() // 3600)


@cache
def tiers() -> Tiers:
    """Raises DefinitionError where a role or a kind of account stands in two tiers."""
    folder = definitions_folder() / "oversight"
    told = read_definition(folder / "tiers.yaml", folder / "schema" / "tiers.json")
    return Tiers(
        tuple(Tier(one["key"], one["title_vi"], one["title_en"]) for one in told["tiers"]),
        _placed(told["tiers"], "roles"),
        _placed(told["tiers"], "kinds"),
        timedelta(days=told["dormant_after_days"]),
        timedelta(minutes=told["shared_within_minutes"]),
        timedelta(days=told["shared_looked_back_days"]),
        timedelta(hours=told["silent_after_hours"]),
        timedelta(seconds=told["clock_tolerance_seconds"]),
    )


def _placed(told: list[dict[str, list[str]]], what: str) -> dict[str, str]:
    placed: dict[str, str] = {}
    for tier in told:
        for name in tier[what]:
            if name in placed:
                raise DefinitionError(f"oversight/tiers.yaml: {name} stands in {placed[name]} and in {tier['key']}")
            placed[name] = str(tier["key"])
    return placed
