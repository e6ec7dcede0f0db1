"""How an answer is laid out, as its address says: which dimensions are rows and columns, order, how it is shown.

The whole state of the page stands in its address: a link to it is the page again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.web.explorer.question import DIMENSIONS, listed
from hoso.web.explorer.shading import CLASSINGS, own_bounds, upper_bounds

SHOWN = (
    "table", "line", "column", "stacked", "area", "bar", "pie", "scatter", "box", "funnel", "pyramid", "heat", "calendar", "years",
    "gauge", "single", "map", "points",
)  # fmt: skip
LAYOUT_WORDS = (
    "rows",
    "columns",
    "sort",
    "order",
    "top",
    "change",
    "scale",
    "empty",
    "show",
    "classes",
    "steps",
    "limits",
    "at",
)
LEAST_STEPS, MOST_STEPS, USUAL_STEPS = 3, 7, 5
LIMIT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
BETWEEN = "|"  # labels of one column or row in an address


@dataclass(frozen=True, slots=True)
class Layout:
    """`sort`: `row`, `total`, or the labels of a column; `top`: so many rows; `limits`: own ends of the classes, in place of
    `classes` and `steps`; `at`: of a map the column that is shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    sort: str = ""
    descending: bool = True
    top: int = 0
    change: bool = False
    scale: bool = False
    empty: bool = False
    show: str = "table"
    classes: str = "quantile"
    steps: int = USUAL_STEPS
    at: str = ""
    limits: tuple[Decimal, ...] = ()

    def bounds(self, figures: Sequence[Decimal]) -> list[Decimal]:
        """The greatest figure of each class of these."""
        return own_bounds(self.limits, figures) if self.limits else upper_bounds(figures, self.classes, self.steps)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return self.rows + self.columns


def read_layout(words: QueryDict) -> Layout:
    """Raises HosoError HS9004 for a word's value that is none, HS5451 for a dimension that stands twice."""
    rows, columns = listed(words, "rows"), listed(words, "columns")
    for name in [*rows, *columns]:
        if name not in DIMENSIONS:
            raise HosoError("HS9004", name="rows, columns", value=name[:40])
    if len({*rows, *columns}) < len(rows) + len(columns):
        raise HosoError("HS5451", what="rows, columns")
    order = _one_of(words, "order", ("DESC", "ASC"))
    return Layout(
        rows=tuple(rows),
        columns=tuple(columns),
        sort=words.get("sort", ""),
        descending=order == "DESC",
        top=_number(words, "top", 0, 0, 10_000),
        change=_flag(words, "change"),
        scale=_flag(words, "scale"),
        empty=_flag(words, "empty"),
        show=_one_of(words, "show", SHOWN),
        classes=_one_of(words, "classes", CLASSINGS),
        steps=_number(words, "steps", USUAL_STEPS, LEAST_STEPS, MOST_STEPS),
        at=words.get("at", ""),
        limits=_limits(words),
    )


def with_words(words: QueryDict, **changed: str | Sequence[str] | None) -> str:
    """The address of the same page with other words; None or nothing takes a word away."""
    there = words.copy()
    for name, value in changed.items():
        text = value if isinstance(value, str) or value is None else ";".join(value)
        if text:
            there[name] = text
        else:
            there.pop(name, None)
    return "?" + there.urlencode(safe=";:*/|,")


def moved(words: QueryDict, layout: Layout, dimension: str, zone: str, place: int | None = None) -> str:
    """The address where a dimension stands in another zone: rows, columns or filters."""
    zones: Mapping[str, list[str]] = {
        "rows": [one for one in layout.rows if one != dimension],
        "columns": [one for one in layout.columns if one != dimension],
    }
    if zone in zones:
        zones[zone].insert(len(zones[zone]) if place is None else place, dimension)
    return with_words(words, rows=zones["rows"], columns=zones["columns"], sort=None, at=None)


def _limits(words: QueryDict) -> tuple[Decimal, ...]:
    """`80;95`: with a decimal point, ascending. Raises HosoError HS9004."""
    texts = listed(words, "limits")
    if len(texts) >= MOST_STEPS or not all(LIMIT.fullmatch(text) for text in texts):
        raise HosoError("HS9004", name="limits", value=";".join(texts)[:40])
    found = tuple(map(Decimal, texts))
    if list(found) != sorted(set(found)):
        raise HosoError("HS9004", name="limits", value=";".join(texts)[:40])
    return found


def _one_of(words: QueryDict, name: str, allowed: Sequence[str]) -> str:
    value = words.get(name, "") or allowed[0]
    if value not in allowed:
        raise HosoError("HS9004", name=name, value=value[:40])
    return value


def _flag(words: QueryDict, name: str) -> bool:
    return _one_of(words, name, ("0", "1")) == "1"


def _number(words: QueryDict, name: str, usual: int, least: int, most: int) -> int:
    text = words.get(name, "") or str(usual)
    if not text.isdigit() or not least <= int(text[:9]) <= most:
        raise HosoError("HS9004", name=name, value=text[:40])
    return int(text[:9])
