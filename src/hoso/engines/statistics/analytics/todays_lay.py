"""Where units that reported lie today, and with which share: read once, and again when a row of it was written.

The rows are of administrative units and of facilities' places, which everybody may read; nothing of what was reported is kept.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from hoso.core.database.stamps import table_stamps

PLACES = Decimal(1).scaleb(-12)  # to which shares are rounded
MOST_KEPT = 20_000  # questions' places of which the answer is kept
Source = tuple[int, Decimal, tuple[int, ...]]  # unit that is no more, its share, those it became until today


@dataclass(frozen=True, slots=True)
class Lying:
    """Units (facilities below 0) that lie in some places of today: whole, or with the given share."""

    whole: tuple[int, ...]
    in_part: tuple[tuple[int, Decimal], ...]


@dataclass
class Lay:
    """Of one moment. `within`: what a place holds, step by step; `came_from`: units that went into one, with the share that did."""

    now: frozenset[int]
    provinces: tuple[int, ...]
    within: dict[int, list[int]]
    came_from: dict[int, list[tuple[int, Fraction]]]
    followed: frozenset[int]  # those that something followed
    facilities: dict[int, list[int]]  # place -> numbers below 0
    _lying: dict[tuple[int, ...], Lying] = field(default_factory=dict)
    _lines: dict[int, list[tuple[int, Fraction, tuple[int, ...]]]] = field(default_factory=dict)

    def lying_in(self, places: tuple[int, ...]) -> Lying:
        """What lies in these together; of a place that is not there today nothing."""
        found = self._lying.get(places)
        if found is None:
            if len(self._lying) >= MOST_KEPT:
                self._lying.clear()
            found = self._lying[places] = self._look(places)
        return found

    def sources_of(self, places: Iterable[int]) -> list[Source]:
        """Every way on which a unit that is no more came to lie in these places."""
        units = self._held(places) & self.now
        return [(unit, _rounded(share), later) for one in units for unit, share, later in self._line(one)]

    def _look(self, places: tuple[int, ...]) -> Lying:
        held = self._held(places)
        shares: dict[int, Fraction] = defaultdict(Fraction)
        for one in held & self.now:
            shares[one] += 1
            for unit, share, _ in self._line(one):
                shares[unit] += share
        for unit in held - self.now - self.followed:
            shares[unit] = Fraction(1)
        whole, in_part = list[int](), list[tuple[int, Decimal]]()
        for unit, share in shares.items():
            rounded, there = _rounded(share), self.facilities.get(unit, ())
            if rounded == 1:
                whole += [unit, *there]
            else:
                in_part += [(one, rounded) for one in (unit, *there)]
        return Lying(tuple(whole), tuple(in_part))

    def _held(self, places: Iterable[int]) -> set[int]:
        waiting = [one for one in places if one in self.now]
        held = set(waiting)
        while waiting:
            for one in self.within.get(waiting.pop(), ()):
                if one not in held:
                    held.add(one)
                    waiting.append(one)
        return held

    def _line(self, unit: int) -> list[tuple[int, Fraction, tuple[int, ...]]]:
        """What went into a unit of today, each way alone: unit, share, those between."""
        found = self._lines.get(unit)
        if found is None:
            found = []
            waiting: list[tuple[int, Fraction, tuple[int, ...]]] = [(unit, Fraction(1), ())]
            while waiting:
                one, share, later = waiting.pop()
                for old, part in self.came_from.get(one, ()):
                    way = (old, share * part, (*later, one))
                    found.append(way)
                    waiting.append(way)
            self._lines[unit] = found
        return found


_kept: tuple[dict[str, str], Lay] | None = None


def lay_of_today() -> Lay:
    """As the running transaction sees it."""
    global _kept
    with connection.cursor() as cursor:
        stamps = table_stamps(cursor, ("places_place", "places_succession", "places_facility_link"))
        cursor.execute("SELECT current_date::text")
        stamps["today"] = cursor.fetchone()[0]
        if _kept is None or _kept[0] != stamps:
            _kept = stamps, _read(cursor)
    return _kept[1]


def _read(cursor: Any) -> Lay:
    cursor.execute("SELECT id, parent_id, level, valid_to IS NULL FROM places_place")
    rows = cursor.fetchall()
    within: dict[int, list[int]] = defaultdict(list)
    for place, parent, _, _ in rows:
        if parent is not None:
            within[parent].append(place)
    cursor.execute("SELECT old_id, new_id, relation FROM places_succession")
    for old, new, relation in cursor.fetchall():
        if relation != "split":
            within[new].append(old)
        if relation in ("same", "renamed"):
            within[old].append(new)
    came_from, followed = _steps(cursor)
    return Lay(
        frozenset(place for place, _, _, now in rows if now),
        tuple(place for place, _, level, now in rows if now and level == 1),
        dict(within), came_from, followed, _facilities(cursor),
    )  # fmt: skip


def _steps(cursor: Any) -> tuple[dict[int, list[tuple[int, Fraction]]], frozenset[int]]:
    """Shares as they are given, made to be one together."""
    cursor.execute("SELECT old_id, new_id, share::numeric FROM places_share")
    rows = [(old, new, Fraction(share)) for old, new, share in cursor.fetchall()]
    total: dict[int, Fraction] = defaultdict(Fraction)
    for old, _, share in rows:
        total[old] += share
    came_from: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
    for old, new, share in rows:
        came_from[new].append((old, share / total[old]))
    return dict(came_from), frozenset(total)


def _facilities(cursor: Any) -> dict[int, list[int]]:
    """As `statistics_place_of` tells of each: where it lies today, or lay or will lie at the time nearest to today."""
    cursor.execute(
        """
        SELECT DISTINCT ON (facility_id) facility_id, place_id FROM places_facility_link
        ORDER BY facility_id, CASE WHEN valid_from > current_date THEN valid_from - current_date
                                   WHEN valid_to <= current_date THEN current_date - valid_to + 1 ELSE 0 END
        """
    )
    found: dict[int, list[int]] = defaultdict(list)
    for facility, place in cursor.fetchall():
        found[place].append(-facility)
    return dict(found)


def _rounded(share: Fraction) -> Decimal:
    if share == 1:
        return Decimal(1)
    rounded = (Decimal(share.numerator) / share.denominator).quantize(PLACES, ROUND_HALF_UP)
    return Decimal(1) if rounded == 1 else rounded
