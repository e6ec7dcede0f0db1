"""The rules of `definitions/quality/rules.yaml`, read and checked against the rows of the forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.core.periods.kinds import PeriodType
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import Item, Node, items_of
from hoso.engines.statistics.forms import Row, forms

Missing = Literal["skip_if_any", "skip_if_all", "never_skip"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a rule: a formula over rows, and what is done where a figure of it is missing.

    `window`: over how many periods each row is taken, the asked one and those before it: flows are added, of a stock
    the latest counts.
    """

    node: Node
    missing: Missing
    title_vi: str
    title_en: str
    window: int = 1

    @property
    def offsets(self) -> frozenset[int]:
        return frozenset(offset_of(item) - back for item in items_of(self.node) for back in range(self.window))


@dataclass(frozen=True, slots=True)
class Rule:
    """`left operator right` must hold; `while_typing`: told on the form already, not only on the board."""

    key: str
    title_vi: str
    title_en: str
    importance: str
    periods: tuple[PeriodType, ...]
    operator: str
    left: Side
    right: Side
    while_typing: bool

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(dict.fromkeys([*items_of(self.left.node), *items_of(self.right.node)]))

    @property
    def rows(self) -> tuple[str, ...]:
        """The keys of the rows it speaks of."""
        return tuple(dict.fromkeys(item.id.partition(".")[0] for item in self.items))

    @property
    def offsets(self) -> frozenset[int]:
        """How many periods away it looks; 0 is the period itself."""
        return self.left.offsets | self.right.offsets


def offset_of(item: Item) -> int:
    """Raises DefinitionError for another modifier than periodOffset."""
    total = 0
    for name, arguments in item.modifiers:
        if name != "periodOffset" or len(arguments) != 1 or not arguments[0].lstrip("+-").isdigit():
            raise DefinitionError(f"rules: .{name}({','.join(arguments)}) is not known here")
        total += int(arguments[0])
    return total


@cache
def rows_by_key() -> Mapping[str, Row]:
    return {row.key: row for form in forms().values() for row in form.rows}


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule. Raises DefinitionError for a row or option that no form has, HosoError HS7030 for a formula."""
    folder = definitions_folder() / "quality"
    given = read_definition(folder / "rules.yaml", folder / "schema" / "rules.json")["rules"]
    found = tuple(_rule(one) for one in given)
    if len({one.key for one in found}) != len(found):
        raise DefinitionError("rules.yaml: a rule is written twice")
    for one in found:
        _check(one)
    return found


def _rule(given: dict[str, Any]) -> Rule:
    return Rule(
        given["key"], given["title_vi"], given["title_en"], given["importance"], tuple(map(PeriodType, given["periods"])),
        given["operator"], _side(given["left"]), _side(given["right"]), given.get("while_typing", True),
    )  # fmt: skip


def _side(given: dict[str, Any]) -> Side:
    return Side(
        read_formula(given["formula"], over_samples=True),
        given["missing"],
        given["title_vi"],
        given["title_en"],
        given.get("window", 1),
    )


def _check(rule: Rule) -> None:
    for item in rule.items:
        key, _, option = item.id.partition(".")
        row = rows_by_key().get(key)
        if item.kind != "#" or row is None:
            raise DefinitionError(f"rules.yaml: {rule.key} names no row {item.id}")
        if option and (len(row.dimensions) != 1 or option not in {one.key for one in row.dimensions[0].options}):
            raise DefinitionError(f"rules.yaml: {rule.key}: row {key} has no option {option}")
        offset_of(item)
