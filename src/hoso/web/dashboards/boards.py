"""The dashboards of `definitions/dashboards`: each tile as an address of the Explorer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import QueryDict

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.analytics.named_data import datum_id
from hoso.engines.statistics.boards.board import BoardTile, Kind, OwnBoard

FOLLOWING = ("own", "own/children")  # places of tiles that follow the board's choice
OWN = "own"  # the Explorer's word for where the roles are held
LAYOUT = ("sort", "order", "top", "scale", "change", "empty", "classes")


class Tile(BoardTile):
    """A tile as an address of the Explorer."""

    @property
    def show(self) -> str:
        return "text" if self.text else self.asked.get("show") or "table"

    def words(self, place: str, period: str) -> QueryDict:
        """Its address for a place (`own` or an id) and a period. A tile of fixed places stays with them."""
        words = QueryDict(mutable=True)
        where = place + self.place.removeprefix(OWN) if self.place in FOLLOWING else self.place
        words.update({**self.asked, "place": where, "period": period})
        return words


@dataclass(frozen=True, slots=True)
class Board:
    """`level`: whose roles cover the country, a province, one unit or a facility are shown it first."""

    key: str
    level: str
    title: tuple[str, str]
    about: tuple[str, str]
    notice: str
    period: str
    tiles: Mapping[str, Tile]
    own: OwnBoard | None = None  # made by a user

    @property
    def kind(self) -> Kind:
        return self.own.kind if self.own else "board"


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
        "data": ";".join(datum_id(where, name) for name in given["data"]),
        "rows": ";".join(given.get("rows", ())),
        "columns": ";".join(given.get("columns", ())),
        "show": given["show"],
    }
    if "key" in (*given.get("rows", ()), *given.get("columns", ())):
        asked["key"] = "*"
    if "limits" in given:
        asked["limits"] = ";".join(str(one) for one in given["limits"])
    for name in LAYOUT:
        if name in given:
            asked[name] = "1" if given[name] is True else str(given[name])
    return Tile(
        given["key"], (given["title_vi"], given["title_en"]), asked, given["place"], given.get("wide", False),
        (given.get("note_vi", ""), given.get("note_en", "")),
    )  # fmt: skip
