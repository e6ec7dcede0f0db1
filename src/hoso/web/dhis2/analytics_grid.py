"""The answer of analytics in DHIS2's shape: headers, what the ids mean, rows of texts."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.statistics.analytics.answer import Answered
from hoso.engines.statistics.analytics.data_items import DataItem
from hoso.engines.statistics.analytics.question import Operand, Scope, rounded
from hoso.engines.statistics.catalogue import Catalogue
from hoso.web.dhis2.asked_units import UnitItem
from hoso.web.dhis2.filters import pages_of
from hoso.web.dhis2.objects import catalogue_objects

TITLES = {
    "dx": "Data", "pe": "Period", "ou": "Organisation unit", "co": "Category option combo",
    "ao": "Attribute option combo",
}  # fmt: skip
PARTS = ("numerator", "denominator", "factor", "multiplier", "divisor")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood; `columns`: the dimensions of the answer in their order."""

    columns: Sequence[str]
    items: Sequence[DataItem]
    scope: Scope
    periods: Mapping[str, Period]
    units: Mapping[str, UnitItem]


def grid(asked: Asked, found: Sequence[Answered], catalogue: Catalogue, query: QueryDict) -> dict[str, Any]:
    """The whole answer. Raises HosoError HS7001 for a scheme that is not known."""
    with_parts = query.get("includeNumDen") == "true"
    headers = [header(name, TITLES[name], True) for name in asked.columns] + [header("value", "Value", False)]
    headers += [header(name, name.capitalize(), False) for name in PARTS] if with_parts else []
    names = _Names(asked, catalogue)
    ordered = in_order(found, asked, query)
    page, pager = pages_of(ordered, query)
    written = {one.label: isinstance(one, Operand) for one in asked.items}
    told: dict[str, Any] = {
        "headers": headers,
        "rows": [
            [names.written(name, _key(one, name), query) for name in asked.columns]
            + [figure_text(one.figure, written[one.item], query.get("skipRounding") == "true")]
            + (_parts(one) if with_parts else [])
            for one in page
        ],
        "rowContext": {
            str(number): {str(len(asked.columns)): {"valueStatus": "ESTIMATED"}}
            for number, one in enumerate(page)
            if one.estimated
        },
        "width": len(headers),
        "height": len(page),
        "headerWidth": len(headers),
    }
    if query.get("skipMeta") != "true":
        told["metaData"] = names.meta_data(query.get("hierarchyMeta") == "true")
    return {**told, "pager": pager} if pager else told


def figure_text(figure: Decimal, reported: bool, unrounded: bool) -> str:
    """As DHIS2 writes it: two decimals at most (ten unrounded); reported whole figures without a point, others with `.0`."""
    text = format(rounded(figure, 10 if unrounded else 2), "f").rstrip("0").rstrip(".")
    text = "0" if text in ("", "-0", "-") else text
    return text if reported or "." in text else f"{text}.0"


def as_csv(told: Mapping[str, Any]) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([header["column"] for header in told["headers"]])
    lines.writerows(told["rows"])
    return out.getvalue()


def header(name: str, title: str, meta: bool) -> dict[str, Any]:
    kinds = ("TEXT", "java.lang.String") if meta else ("NUMBER", "java.lang.Double")
    return {"name": name, "column": title, "valueType": kinds[0], "type": kinds[1], "hidden": False, "meta": meta}


def _key(one: Answered, column: str) -> str | int:
    keys: dict[str, str | int] = {
        "dx": one.item, "pe": one.cell.period, "ou": one.cell.unit, "co": one.cell.split, "ao": one.cell.attribute,
    }  # fmt: skip
    return keys[column]


def _parts(one: Answered) -> list[str]:
    """Of what is no indicator nothing but its own figure."""
    if one.parts is None:
        return ["", "", "", "", ""]
    return [str(one.parts.numerator), str(one.parts.denominator), f"{one.parts.factor:.1f}", str(one.parts.factor), "1"]


def in_order(found: Sequence[Answered], asked: Asked, query: QueryDict) -> list[Answered]:
    """As the question asks it. Raises HosoError HS7001 for an order that is none."""
    return sorted(found, key=_order(asked, query))


def _order(asked: Asked, query: QueryDict) -> Callable[[Answered], Any]:
    """In the order of the question's items, or by the figure where `order` says so."""
    items = {one.label: place for place, one in enumerate(asked.items)}
    periods = {one.label: place for place, one in enumerate(asked.scope.periods)}
    units = {one.label: place for place, one in enumerate(asked.scope.units)}

    def place(one: Answered) -> tuple[int, ...]:
        places = {"dx": items[one.item], "pe": periods[one.cell.period], "ou": units[one.cell.unit]}
        return (*(places.get(name, 0) for name in asked.columns), one.cell.split, one.cell.attribute)

    direction = query.get("order", "")
    if direction not in ("", "ASC", "DESC"):
        raise HosoError("HS7001", name="order", value=direction[:20])
    if not direction:
        return place
    return lambda one: (one.figure if direction == "ASC" else -one.figure, place(one))


class _Names:
    """What the ids of an answer are called, and how they are written in another scheme."""

    def __init__(self, asked: Asked, catalogue: Catalogue) -> None:
        self._asked = asked
        self._splits = {number: split.uid for number, split in catalogue.splits.items()}
        objects = catalogue_objects()
        self._things = {thing["id"]: thing for kind in ("dataElements", "dataSets", "indicators", "categoryOptionCombos") for thing in objects[kind]}  # fmt: skip

    def written(self, column: str, key: str | int, query: QueryDict) -> str:
        if isinstance(key, int):
            return self._splits[key]
        name = {"ou": "outputOrgUnitIdScheme", "dx": "outputDataElementIdScheme"}.get(column)
        scheme = query.get(name or "", "") or query.get("outputIdScheme", "") or "UID"
        if scheme.upper() not in ("UID", "UUID", "CODE", "NAME"):
            raise HosoError("HS7001", name="outputIdScheme", value=scheme[:40])
        if column == "pe" or scheme.upper() in ("UID", "UUID"):
            return key
        thing = self._units(key) if column == "ou" else self._data(key)
        return str(thing.get(scheme.lower()) or key)

    def _units(self, uid: str) -> Mapping[str, Any]:
        return self._asked.units[uid].thing

    def _data(self, label: str) -> Mapping[str, Any]:
        first, _, rest = label.partition(".")
        thing = self._things.get(first) or next(
            (one for one in self._things.values() if first in (one.get("code"), one["name"])), {}
        )
        if not rest:
            return thing
        names = [thing.get("name", first), *(self._things.get(part, {}).get("name", part) for part in rest.split("."))]
        return {"id": label, "code": label, "name": " – ".join(names)}

    def meta_data(self, hierarchy: bool) -> dict[str, Any]:
        asked = self._asked
        items: dict[str, Any] = {name: {"name": TITLES[name]} for name in ("dx", "pe", "ou")}
        for one in asked.items:
            thing = self._data(one.label)
            items[one.label] = {"uid": one.label, "code": thing.get("code"), "name": thing.get("name", one.label)}
        for label, period in asked.periods.items():
            items[label] = {"uid": label, "name": label, "startDate": f"{period.start}T00:00:00.000", "endDate": f"{period.end}T00:00:00.000"}  # fmt: skip
        for uid, unit in asked.units.items():
            items[uid] = {"uid": uid, "code": unit.thing["code"], "name": unit.thing["name"]}
        splits = [number for number in self._asked.scope.breakdown.splits or () if number]
        for number in splits:
            thing = self._things[self._splits[number]]
            items[thing["id"]] = {"uid": thing["id"], "name": thing["name"]}
        told: dict[str, Any] = {
            "items": items,
            "dimensions": {
                "dx": [one.label for one in asked.items],
                "pe": list(asked.periods),
                "ou": list(asked.units),
                "co": [self._splits[number] for number in splits],
            },
        }
        if hierarchy:
            told["ouHierarchy"] = {uid: unit.thing["path"].strip("/") for uid, unit in asked.units.items()}
        return told
