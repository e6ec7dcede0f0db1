"""A question in the words of an address: `data`, `period`, `place`, `key`, `attribute`, each a list with `;` between.

`filter` names the dimensions that are answered as one; the others are the answer's dimensions. A place is an id, `own`,
`<id>/children`, or `level:n` within the places that stand beside it (1 country, 2 province, 3 commune, 4 facility).
`places` says for which map: `reported` (units as they were) or `today`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.statistics.analytics.data_items import DataItem, find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Breakdown, Places, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS
from hoso.engines.statistics.catalogue import Catalogue
from hoso.web.dhis2.asked_periods import read_periods
from hoso.web.dhis2.asked_units import UnitItem, read_units, union, unit_tree
from hoso.web.dhis2.system import own_units
from hoso.web.routes import WithActor

DIMENSIONS = ("data", "period", "place", "key", "attribute")
WORDS = (*DIMENSIONS, "filter", "aggregation", "today", "places")
MAPS: Mapping[str, Places] = {"reported": "as_reported", "today": "today"}
MOST_CELLS = 200_000  # items × periods × places of one question
CHILDREN, OWN, LEVEL = "/children", "own", "level:"


@dataclass(frozen=True, slots=True)
class Question:
    """What was understood. `dimensions` are those of the answer; the others that were named are filters."""

    dimensions: tuple[str, ...]
    items: Sequence[DataItem]
    periods: Mapping[str, Period]
    units: Mapping[str, UnitItem]
    breakdown: Breakdown = field(default_factory=Breakdown)
    places: Places = "as_reported"

    @property
    def on_todays_map(self) -> bool:
        return self.places == "today"

    @property
    def scope(self) -> Scope:
        return self.scope_of(self.dimensions)

    def scope_of(self, dimensions: Sequence[str]) -> Scope:
        """With these dimensions alone kept apart: what the totals of an answer ask for."""
        periods = [AskedPeriod(label, (period,)) for label, period in self.periods.items()]
        units = [one.asked(uid) for uid, one in self.units.items()]
        return Scope(
            periods if "period" in dimensions else [AskedPeriod("", tuple(self.periods.values()))],
            units if "place" in dimensions else [_as_one(self.units)],
            Breakdown(
                self.breakdown.splits if "key" in dimensions else None,
                self.breakdown.attributes if "attribute" in dimensions else None,
            ),
            self.places,
        )


def _as_one(units: Mapping[str, UnitItem]) -> AskedUnits:
    return union(dict(units))


def read_question(request: WithActor, words: QueryDict, catalogue: Catalogue) -> Question:
    """Raises HosoError HS5451 where data, period or place is missing or a dimension stands nowhere, HS5452 for an answer
    that would be too large, HS7034, HS7035 for what is not there, HS7001."""
    given = {name: listed(words, name) for name in DIMENSIONS}
    for name in ("data", "period", "place"):
        if not given[name]:
            raise HosoError("HS5451", what=name)
    filters = listed(words, "filter")
    named = [name for name in DIMENSIONS if given[name]]
    for name in filters:
        if name not in named:
            raise HosoError("HS5451", what=f"filter={name[:40]}")
    way = words.get("aggregation", "")
    if way and way not in AGGREGATIONS:
        raise HosoError("HS7001", name="aggregation", value=way[:40])
    items = [find_item(catalogue, text, "uid", way) for text in given["data"]]
    if "data" in filters and len(items) > 1:
        raise HosoError("HS5451", what="filter=data")
    periods = read_periods(given["period"], read_today(words))
    units = _units(request, given["place"])
    if len(items) * len(periods) * len(units) > MOST_CELLS:
        raise HosoError("HS5452", count=len(items) * len(periods) * len(units), limit=MOST_CELLS)
    breakdown = Breakdown(_keys(catalogue, "key", given["key"]), _keys(catalogue, "attribute", given["attribute"]))
    for name in ("key", "attribute"):
        if name in filters and given[name] != ["*"]:
            raise HosoError("HS5451", what=f"filter={name}")
    dimensions = tuple(name for name in named if name not in filters)
    return Question(dimensions, items, periods, units, breakdown, _map(words))


def listed(words: QueryDict, name: str) -> list[str]:
    """The items of a word, each once, in their order; the word may stand several times."""
    return list(dict.fromkeys(one for text in words.getlist(name) for one in text.split(";") if one))


def read_today(words: QueryDict) -> date:
    """The day from which relative words count. Raises HosoError HS7001."""
    text = words.get("today", "")
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError as error:
        raise HosoError("HS7001", name="today", value=text[:20]) from error


def _map(words: QueryDict) -> Places:
    text = words.get("places", "") or "reported"
    if text not in MAPS:
        raise HosoError("HS7001", name="places", value=text[:40])
    return MAPS[text]


def _units(request: WithActor, texts: Sequence[str]) -> dict[str, UnitItem]:
    tree = unit_tree()
    meant: list[str] = []
    for text in texts:
        name, children, _ = text.partition(CHILDREN)
        ids = own_units(request) if name == OWN else [name.replace(LEVEL, "LEVEL-")]
        if children:
            ids = [child["id"] for uid in ids if uid in tree for child in tree[uid].thing["children"]]
        meant += ids
    return read_units(meant, lambda: own_units(request), tree) if meant else {}


def _keys(catalogue: Catalogue, name: str, uids: Sequence[str]) -> list[int] | None:
    """Numbers of splits; [] for all, None where the question does not name them."""
    if not uids:
        return None
    if list(uids) == ["*"]:
        return []
    numbers = [catalogue.split_number("uid", uid) for uid in uids]
    for uid, number in zip(uids, numbers, strict=True):
        if number is None:
            raise HosoError("HS7034", dimension=name, name=uid[:60])
    return [number for number in numbers if number is not None]
