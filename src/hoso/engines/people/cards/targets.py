"""How many are meant to have a card, and when (definitions/people/health_card.yaml)."""

from dataclasses import dataclass
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class Target:
    title_vi: str
    title_en: str
    share: float  # of the people who live there


@cache
def targets() -> tuple[Target, ...]:
    """The lowest first."""
    folder = definitions_folder() / "people"
    given = read_definition(folder / "health_card.yaml", folder / "schema" / "health_card.json")
    return tuple(Target(one["title_vi"], one["title_en"], one["share"]) for one in given["targets"])
