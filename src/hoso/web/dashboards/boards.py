"""The dashboards of `definitions/dashboards`: each tile as an address of the Explorer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import QueryDict

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.uids import uid_of

OWN = "own"  # the Explorer's word for where the roles are held
LAYOUT = ("sort", "order", "top", "scale", "change", "empty", "classes")


@dataclass(frozen=True, slots=True)
class Tile:
    """`asked`: the words of its address but for period and place; `place`: `own` or the units below."""

    key: str
    title: tuple[str, str]
    asked: Mapping[str, str]
    place: str
    wide: bool

    @property
    def show(self) -> str:
        return self.asked["show"]

    def words(self, place: str, period: str) -> QueryDict:
        """Its address for a place (`own` or an id) and a period."""
        words = QueryDict(mutable=True)
        words.update({**self.asked, "place": self.place.replace(OWN, place, 1), "period": period})
        return words


@dataclass(frozen=True, slots=True)
class Board:
    """`level`: whose roles cover the country, a province or one unit are shown it first."""

    key: str
    level: str
    title: tuple[str, str]
    about: tuple[str, str]
    notice: str
    period: str
    tiles: Mapping[str, Tile]


@cache
def boards() -> Mapping[str, Board]:
    """Every dashboard by its key, in their order. Raises DefinitionError for a datum that is none."""
    folder = definitions_folder() / "dashboards"
    given = [read_definition(path, folder / "schema" / "dashboard.json") for path in folder.glob("*.yaml")]
    return {one["dashboard"]: _board(one) for one in sorted(given, key=lambda one: one["order"])}


def _board(given: Mapping[str, Any]) -> Board:
    key = given["dashboard"]
    tiles = {one["key"]: _tile(key, one) for one in given["tiles"]}
    if len(tiles) < len(given["tiles"]):
        raise DefinitionError(f"dashboard {key}: a tile stands twice")
    return Board(
        key, given["level"], (given["title_vi"], given["title_en"]), (given["about_vi"], given["about_en"]),
        given.get("notice", ""), given["period"], tiles,
    )  # fmt: skip


def _tile(board: str, given: Mapping[str, Any]) -> Tile:
    where = f"dashboard {board}, tile {given['key']}"
    asked = {
        "data": ";".join(_data_id(where, name) for name in given["data"]),
        "rows": ";".join(given.get("rows", ())),
        "columns": ";".join(given.get("columns", ())),
        "show": given["show"],
    }
    for name in LAYOUT:
        if name in given:
            asked[name] = "1" if given[name] is True else str(given[name])
    return Tile(
        given["key"], (given["title_vi"], given["title_en"]), asked, given["place"], given.get("wide", False)
    )  # fmt: skip


def _data_id(where: str, name: str) -> str:
    """The Explorer's id of `element:ROW`, `indicator:CODE` or `form:key.RATE`."""
    kind, _, rest = name.partition(":")
    key, _, rate = rest.partition(".")
    known = {
        "element": lambda: any(row.key == key for form in forms().values() for row in form.rows),
        "indicator": lambda: any(one.code == key for one in reckoned_indicators().values()),
        "form": lambda: key in forms() and rate in RATES,
    }
    if not known[kind]():
        raise DefinitionError(f"{where}: there is no {name}")
    return uid_of(f"{kind}:{key}") + (f".{rate}" if rate else "")
