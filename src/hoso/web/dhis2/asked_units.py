"""The unit dimension of a question: units, LEVEL-n within others, the asking account's own and those below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.question import AskedUnits
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.units import find_units
from hoso.web.dhis2.objects import ROOT, Thing, UnitsState, units_of, units_state

LEVEL = "LEVEL-"


@dataclass(frozen=True, slots=True)
class UnitItem:
    """One unit: its number (0: the country), and it as an object."""

    number: int
    thing: Thing

    def asked(self, label: str) -> AskedUnits:
        if self.number == 0:
            return AskedUnits(label, whole=True)
        return AskedUnits(label, (self.number,)) if self.number > 0 else AskedUnits(label, facilities=(self.number,))


def unit_tree() -> Mapping[str, UnitItem]:
    """Every unit of today by its id, the country first. Kept as `units_of` is: to be read, never changed."""
    return _tree_of(units_state())


@lru_cache(maxsize=2)
def _tree_of(state: UnitsState) -> Mapping[str, UnitItem]:
    return {thing["id"]: UnitItem(number, thing) for number, thing in units_of(state).items()}


def read_units(
    items: Sequence[str], own: Callable[[], Sequence[str]], known: Mapping[str, UnitItem] | None = None
) -> dict[str, UnitItem]:
    """Each unit once, by its id, in the order of the question. `own` gives the ids of the account's units, `known` is
    the tree where it was read before.

    Raises HosoError HS7034 for what is no unit, level or word.
    """
    tree = unit_tree() if known is None else known
    levels = [text for text in items if text.startswith(LEVEL)]
    others = [one for text in items if text not in levels for one in _meant(text, tree, own)]
    if not levels:
        return {one.thing["id"]: one for one in others}
    within = [one.thing["id"] for one in others] or [ROOT]
    wanted = {_level(text) for text in levels}
    return {
        uid: one
        for uid, one in tree.items()
        if one.thing["level"] in wanted and not set(one.thing["path"].split("/")).isdisjoint(within)
    }


def union(units: dict[str, UnitItem]) -> AskedUnits:
    """All of them as one, for a filter."""
    numbers = [one.number for one in units.values()]
    return AskedUnits(
        "",
        tuple(number for number in numbers if number > 0),
        tuple(number for number in numbers if number < 0),
        0 in numbers,
    )


def _meant(text: str, tree: Mapping[str, UnitItem], own: Callable[[], Sequence[str]]) -> list[UnitItem]:
    if text.startswith("USER_ORGUNIT"):
        found = [tree[uid] for uid in own() if uid in tree]
        below = {"USER_ORGUNIT": 0, "USER_ORGUNIT_CHILDREN": 1, "USER_ORGUNIT_GRANDCHILDREN": 2}.get(text)
        if below is None:
            raise HosoError("HS7034", dimension="ou", name=text[:60])
        for _ in range(below):
            found = [tree[child["id"]] for one in found for child in one.thing["children"]]
        return found
    if text in tree:
        return [tree[text]]
    closed = find_units("uid", [text]).get(text, [])
    if not closed:
        raise HosoError("HS7034", dimension="ou", name=text[:60])
    return [UnitItem(one.id, {"id": one.uid, "name": one.name, "code": "", "path": f"/{one.uid}"}) for one in closed]


def _level(text: str) -> int:
    word = text.removeprefix(LEVEL)
    for number in range(1, 5):
        if word in (str(number), uid_of(f"level:{number}")):
            return number
    raise HosoError("HS7034", dimension="ou", name=text[:60])
