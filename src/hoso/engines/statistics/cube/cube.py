"""The cube of one house: its store, kept up with the values, and answers to questions by number."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack

from hoso.core.facts.building import Building
from hoso.core.facts.store import Store, View
from hoso.engines.statistics.cube.adding_up import Needed, parameters, statement
from hoso.engines.statistics.cube.facts import UNFIT
from hoso.engines.statistics.cube.feed import Feed
from hoso.engines.statistics.cube.question import Asked, Told
from hoso.engines.statistics.cube.rules import Rules

FACILITY = -1  # the tier of facilities; an administrative unit's is how many lie above it


class Unanswered(Exception):
    """The cube cannot answer this question; the store of values can."""


class Cube:
    """`keep_up` is called by one thread inside a transaction of the service; `answer` by any."""

    def __init__(self, store: Store) -> None:
        self.store, self.feed, self._rules = store, Feed(store), Rules(store)
        # Which periods and tiers reported each element.
        self._reported: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self._scales: dict[int, int] = defaultdict(int)  # element -> most places after the comma
        self._known = False
        self._moving = threading.Lock()  # what is known of the facts and the facts themselves move together

    @property
    def known(self) -> bool:
        """Whether the facts were looked over, so that questions are answered."""
        return self._known

    def keep_up(self) -> int:
        """Take what was committed; gives how many elements changed."""
        with self._moving:
            changed = self.feed.catch_up()
            if changed and self._known:
                self._look(changed)
        return len(changed)

    def refresh_rules(self) -> None:
        """Where definitions changed, read them again. All facts are looked over where tiers may have changed: of a hundred million
        that takes seconds, in which nothing is answered."""
        with self._moving:
            if "above" in self._rules.refresh() or not self._known:
                self._reported.clear()
                self._look(None)
                self._known = True

    def stand_on(self, built: Building) -> None:
        """Take over what was built anew. What was committed since comes with the next `keep_up`; until `refresh_rules` has looked
        over it, nothing is answered."""
        with self._moving:
            built.finish()
            self.feed = Feed(self.store)
            self._scales.clear()
            self._known = False

    def answer(self, asked: Asked) -> Told:
        """Raises Unanswered for elements whose figures do not fit a fact, and before the facts were looked over."""
        elements = set(asked.elements)
        with ExitStack() as stack:
            with self._moving:
                if not self._known or not elements.isdisjoint(self.store.manifest.notes.get(UNFIT, ())):
                    raise Unanswered
                needed, view = self._needed(asked), stack.enter_context(self.store.view(elements))
            text = statement(asked, view.rows, needed)
            rows = view.connection.execute(text, parameters(asked, text)).fetchall()
        columns = list(zip(*rows, strict=True)) or [()] * 8
        op, pe, ou, split, attribute, totals, weights, squares = columns
        return Told(
            needed.scale, list(op), list(pe), list(ou), list(split), list(attribute), list(map(_short, totals)),
            list(weights), list(map(_short, squares)),
        )  # fmt: skip

    def _needed(self, asked: Asked) -> Needed:
        kinds: dict[int, dict[int, int]] = defaultdict(dict)  # of each label, by period
        for label, period, kind in zip(asked.period_labels, asked.periods, asked.kinds, strict=True):
            kinds[label][period] = kind
        several_kinds = several_tiers = False
        for element, consolidated in zip(asked.elements, asked.consolidated, strict=True):
            reported = self._reported.get(element, set())
            periods = {period for period, _ in reported}
            several_kinds |= any(
                len({kind for period, kind in of_label.items() if period in periods}) > 1 for of_label in kinds.values()
            )
            several_tiers |= consolidated and len(reported) > len(periods)
        return Needed(several_kinds, several_tiers, max((self._scales[one] for one in asked.elements), default=0))

    def _look(self, elements: Iterable[int] | None) -> None:
        """Note which periods and tiers report each element, and how finely. What was taken back stays noted: it only makes
        a question look more carefully than it must."""
        with self.store.view(elements) as view:
            for element, period, tier, scale in _seen(view):
                self._reported[element].add((period, tier))
                self._scales[element] = max(self._scales[element], scale)


def _seen(view: View) -> list[tuple[int, int, int, int]]:
    found: list[tuple[int, int, int, int]] = view.connection.execute(
        f"WITH depth AS (SELECT place, count(*) - 1 AS depth FROM above GROUP BY place)"
        f" SELECT f.element, f.period, CASE WHEN f.unit < 0 THEN {FACILITY} ELSE coalesce(d.depth, 0) END, max(f.scale)"
        f" FROM ({view.rows}) f LEFT JOIN depth d ON d.place = f.unit GROUP BY ALL"
    ).fetchall()
    return found


def _short(number: int) -> int | str:
    """MessagePack knows numbers of 64 bits."""
    return number if -(2**63) <= number < 2**63 else str(number)
