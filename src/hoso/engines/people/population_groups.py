"""The six groups of the population: by age, by lists, by occupation (definitions/people/population_groups.yaml)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.people.models import BirthDate


@dataclass(frozen=True)
class PopulationGroup:
    """One group. Ages are whole years, from `from_age` to before `to_age`; empty lists and occupations say nothing."""

    key: str
    title_vi: str
    title_en: str
    from_age: int | None = None
    to_age: int | None = None
    lists: frozenset[str] = frozenset()
    occupations: tuple[str, ...] = ()

    def fits(self, age: int | None, occupation: str, lists: Collection[str]) -> bool:
        """Whether any of what the group names fits; one that names nothing fits everybody."""
        if self.lists & set(lists) or occupation.startswith(self.occupations or ("-",)):
            return True
        if self.from_age is not None or self.to_age is not None:
            return age is not None and (self.from_age or 0) <= age < (self.to_age or 1000)
        return not self.lists and not self.occupations


@cache
def population_groups() -> tuple[PopulationGroup, ...]:
    """All six, in the order in which they are tried."""
    folder = definitions_folder() / "people"
    given = read_definition(folder / "population_groups.yaml", folder / "schema" / "population_groups.json")["groups"]
    return tuple(
        PopulationGroup(
            one["key"], one["title_vi"], one["title_en"], one.get("from"), one.get("to"), frozenset(one.get("lists", ())),
            tuple(one.get("occupations", ())),
        )
        for one in given
    )  # fmt: skip


def group_of(birth: BirthDate, day: date, occupation: str, lists: Collection[str]) -> str:
    """Key of the group on a day. Of a birth known to the year alone the first of January counts."""
    age = None
    if birth.day:
        age = day.year - birth.day.year - ((day.month, day.day) < (birth.day.month, birth.day.day))
    return next(one.key for one in population_groups() if one.fits(age, occupation, lists))
