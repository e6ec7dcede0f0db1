"""Which cells of a table are hidden so that nobody works out its small figures: neither by a total, nor over time, nor by level.

A table has places in a tree and times in a tree; a figure of a parent is the sum of its children's. Small figures are hidden,
and with each others until a *shift* exists: another table that has the small figure greater by the width of the class, agrees
with every figure that is told, and holds no hidden figure below 1 (who looks knows that hidden ones are not 0). Whoever knows
only what is told cannot tell the two tables apart, whatever is reckoned. To hide more never spoils a shift, so that one pass is
enough. Who knows the exact figures of one place (its own officer) cannot tell them apart of another place either: there is a
second shift that does not touch the place that the first one takes from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Cell = tuple[str, str]  # place, time
Shift = dict[Cell, int]  # by how many times the width each figure changes: 1 or -1
Line = dict[str, int]  # the same along one tree
NOTHING = Decimal(0)
LEAST = 1  # what a hidden figure is known to be at least
MOST_TRIED = 12  # places or times that a shift may take from
MOST_ENDS = 3  # parts of one in which a change may begin or end


@dataclass(frozen=True)
class Tree:
    """Places or times by their parents; nodes that are not named have none."""

    parents: Mapping[str, str]
    children: Mapping[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        children: dict[str, list[str]] = {}
        for child, parent in self.parents.items():
            children.setdefault(parent, []).append(child)
        object.__setattr__(self, "children", children)

    def upwards(self, node: str) -> list[str]:
        """The node, its parent, and so on."""
        found = [node]
        while found[-1] in self.parents:
            found.append(self.parents[found[-1]])
        return found

    def leaves(self, node: str) -> list[str]:
        below = self.children.get(node, [])
        return [leaf for child in below for leaf in self.leaves(child)] if below else [node]


class Table:
    """The figures of one datum, and what is hidden so far."""

    def __init__(self, figures: Mapping[Cell, Decimal], places: Tree, times: Tree, most: int) -> None:
        self.figures, self.places, self.times, self.most = figures, places, times, most
        self.hidden: set[Cell] = {cell for cell, figure in figures.items() if 0 < figure <= most}

    def protect(self) -> set[Cell]:
        """Every cell that is not to be told."""
        for cell in sorted(self.hidden, key=lambda one: (self.figures[one], one)):
            first = self._cheapest(cell, "")
            second = self._cheapest(cell, first[1]) if first and first[1] else first
            if first is None or second is None:
                self._hide_lines(cell)
            else:
                self.hidden |= first[0].keys() | second[0].keys()
        return self.hidden

    def _hide_lines(self, cell: Cell) -> None:
        """No shift is there: the whole lines of the place and of all above it, so that no sum that is told holds the figure."""
        lines = set(self.places.upwards(cell[0]))
        self.hidden |= {one for one, figure in self.figures.items() if one[0] in lines and figure}

    def _cheapest(self, cell: Cell, spared: str) -> tuple[Shift, str] | None:
        """The shift that hides least of what is still told, without the spared place; and the place it takes from."""
        best, least = None, None
        for shift, taken in self._shifts(cell, spared):
            cost = sum(abs(self.figures.get(one, NOTHING)) for one in shift if one not in self.hidden)
            if (least is None or cost < least) and self._holds(shift):
                best, least = (shift, taken), cost
            if least == 0:
                break
        return best

    def _shifts(self, cell: Cell, spared: str) -> Iterator[tuple[Shift, str]]:
        times = [line for leaf in self._leaves(cell, 1) for line, _ in self._lines(cell, leaf, 1)]
        for leaf in self._leaves(cell, 0):
            for place_line, taken in self._lines(cell, leaf, 0):
                if spared and spared in place_line:
                    continue
                for time_line in times:
                    yield {(p, t): up * on for p, up in place_line.items() for t, on in time_line.items()}, taken

    def _leaves(self, cell: Cell, side: int) -> list[str]:
        """Where the change of a figure begins: itself, or a part of it that is there."""
        there = [leaf for leaf in self._tree(side).leaves(cell[side]) if self.figures.get(_beside(cell, side, leaf))]
        return there[:MOST_ENDS] or [cell[side]]

    def _lines(self, cell: Cell, leaf: str, side: int) -> Iterator[tuple[Line, str]]:
        """From the leaf up past the cell's node, taken from a sibling of one of those; the last takes from none, up to the root."""
        tree = self._tree(side)
        way = tree.upwards(leaf)
        for number in range(way.index(cell[side]), len(way) - 1):
            line = dict.fromkeys(way[: number + 1], 1)
            siblings = [
                one for one in tree.children[way[number + 1]] if one != way[number] and self._can_give(cell, side, one)
            ]
            siblings.sort(key=lambda one: _beside(cell, side, one) not in self.hidden)
            for sibling in siblings[:MOST_TRIED]:
                ends = [one for one in tree.leaves(sibling) if self._can_give(cell, side, one)]
                for end in ends[:MOST_ENDS] or [sibling]:
                    down = tree.upwards(end)
                    yield line | dict.fromkeys(down[: down.index(sibling) + 1], -1), sibling
        yield dict.fromkeys(way, 1), ""

    def _can_give(self, cell: Cell, side: int, node: str) -> bool:
        return self.figures.get(_beside(cell, side, node), 0) >= self.most

    def _holds(self, shift: Shift) -> bool:
        """Whether the shifted table is one: hidden figures stay at least 1, every sum holds."""
        for cell, sign in shift.items():
            figure = self.figures.get(cell)
            if not figure or (sign < 0 and figure - (self.most - 1) < LEAST):
                return False
        return self._adds_up(shift, 0) and self._adds_up(shift, 1)

    def _adds_up(self, shift: Shift, side: int) -> bool:
        tree = self._tree(side)
        sums: Shift = {}
        for cell, sign in shift.items():
            if parent := tree.parents.get(cell[side]):
                above = _beside(cell, side, parent)
                sums[above] = sums.get(above, 0) + sign
        for whole in shift.keys() | sums.keys():
            if whole in self.figures and sums.get(whole, 0) != shift.get(whole, 0) and self._has_parts(whole, side):
                return False
        return True

    def _has_parts(self, cell: Cell, side: int) -> bool:
        return any(_beside(cell, side, one) in self.figures for one in self._tree(side).children.get(cell[side], ()))

    def _tree(self, side: int) -> Tree:
        return self.times if side else self.places


def _beside(cell: Cell, side: int, node: str) -> Cell:
    """The cell at another node of one tree."""
    return (cell[0], node) if side else (node, cell[1])


def hidden_cells(figures: Mapping[Cell, Decimal], places: Tree, times: Tree, most: int) -> set[Cell]:
    """Cells that a release does not tell: the figures from 1 to `most`, and what is hidden with them."""
    return Table(figures, places, times, most).protect()
