"""The definitions of dashboards: what they name exists, and the Explorer understands each tile."""

import json
from typing import Any

import pytest

from hoso.core.definitions import DefinitionError, definitions_folder
from hoso.web.dashboards.boards import _board, boards
from hoso.web.explorer.finding import RELATIVE
from hoso.web.explorer.layout import SHOWN, read_layout

SCHEMA = definitions_folder() / "dashboards" / "schema" / "dashboard.json"
TILE = {"key": "one", "title_vi": "Một", "title_en": "One", "data": ["element:DELIV"], "place": "own", "show": "line"}


def board(**tile: Any) -> dict[str, Any]:
    words = ("title_vi", "title_en", "about_vi", "about_en")
    return {
        "dashboard": "x", "level": "unit", **dict.fromkeys(words, "x"), "period": "THIS_YEAR", "tiles": [{**TILE, **tile}]
    }  # fmt: skip


def test_there_are_six_and_a_first_one_for_each_level() -> None:
    assert list(boards()) == ["station", "province", "ministry", "hospital", "disease-control", "insurance"]
    assert {one.level for one in boards().values()} == {"country", "province", "unit", "facility"}


@pytest.mark.parametrize("key", boards())
def test_the_explorer_understands_every_tile(key: str) -> None:
    for tile in boards()[key].tiles.values():
        layout = read_layout(tile.words("own", boards()[key].period))
        assert layout.show == tile.show and (layout.show == "single") == (layout.dimensions == ())


def test_the_schema_names_nothing_that_the_explorer_lacks() -> None:
    properties = json.loads(SCHEMA.read_bytes())["properties"]
    assert set(properties["period"]["enum"]) <= RELATIVE.keys()
    assert set(properties["tiles"]["items"]["properties"]["show"]["enum"]) <= set(SHOWN)


@pytest.mark.parametrize("name", ["element:NO_SUCH_ROW", "element:OPD_VISITS.nobody", "element:DELIV.total", "indicator:XXX99", "form:tt23-4-bct.NO_RATE", "form:none.REPORTING_RATE"])  # fmt: skip
def test_a_datum_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError, match=name):
        _board(board(data=[name]))


def test_a_tile_that_stands_twice_is_refused() -> None:
    given = board()
    with pytest.raises(DefinitionError, match="twice"):
        _board({**given, "tiles": given["tiles"] * 2})
