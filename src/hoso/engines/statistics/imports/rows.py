"""What every format is read into: groups (one report, or one file without heads) and their rows, all still text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from hoso.engines.statistics.imports.options import ImportOptions

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?")


@dataclass(slots=True, eq=False)
class Group:
    """What is said once for many rows. Where it names a data set it is one report: taken whole or not at all."""

    number: int
    options: ImportOptions
    data_set: str = ""
    period: str = ""
    unit: str = ""
    attribute: str = ""
    attribute_options: Mapping[str, str] = field(default_factory=dict)
    complete_day: str = ""


@dataclass(slots=True)
class Given:
    """One value as it was sent. `index` counts from 0 over the whole payload; None: not said."""

    index: int
    group: Group
    element: str = ""
    period: str = ""
    unit: str = ""
    split: str = ""
    attribute: str = ""
    split_options: Mapping[str, str] | None = None
    attribute_options: Mapping[str, str] | None = None
    value: str | None = None
    text: str | None = None  # ADX: the annotation, the value itself where the element is no figure
    comment: str | None = None
    follow_up: bool | None = None
    deleted: bool = False


@lru_cache(maxsize=1000)
def day_of(text: str) -> date | None:
    """The day of a date or a moment as DHIS2 writes them; None for what is neither."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
