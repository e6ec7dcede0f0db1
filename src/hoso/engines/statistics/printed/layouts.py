"""How forms are laid out on paper: `definitions/reports/layouts`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hoso.core.definitions import DefinitionError
from hoso.engines.statistics.forms import read_reports

Words = tuple[str, str]  # Vietnamese, English


@dataclass(frozen=True, slots=True)
class Layout:
    """`heading` and `corner` have {words} of the report; `lead` names the columns before the figures; the options of a
    dimension stand as columns where they are not more than `columns_at_most`."""

    key: str
    notice: str
    corner: tuple[Words, ...]
    heading: tuple[Words, ...]
    lead: tuple[Literal["number", "title"], ...]
    columns_at_most: int
    signatures: tuple[Words, ...]


@cache
def layouts() -> Mapping[str, Layout]:
    """Every layout by its key. Raises DefinitionError where the two languages do not have as many lines."""
    found = {}
    for path, given in read_reports("layouts"):
        pairs: dict[str, tuple[Words, ...]] = {}
        for name in ("corner", "heading", "signatures"):
            vi, en = given[f"{name}_vi"], given[f"{name}_en"]
            if len(vi) != len(en):
                raise DefinitionError(f"{path}: {name} has not as many lines in both languages")
            pairs[name] = tuple(zip(vi, en, strict=True))
        found[given["key"]] = Layout(
            given["key"], given.get("notice", ""), pairs["corner"], pairs["heading"], tuple(given["lead"]),
            given["columns_at_most"], pairs["signatures"],
        )  # fmt: skip
    return found
