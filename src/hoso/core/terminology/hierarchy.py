"""What lies below and above a code: categories, blocks and chapters of ICD-10 among them.

A code's parent is a code of its own system or of the one that groups it (systems.GROUPED_BY).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from django.db import connection

from hoso.core.terminology.queries import Version, concept_at, version_at
from hoso.core.terminology.systems import GROUPED_BY, short_name

Coded = tuple[str, str]  # address of the system, code
Subsumption = Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]


def below(system: str, code: str, day: date) -> frozenset[Coded]:
    """The code and everything under it; empty for an unknown code. Raises HosoError HS6006 for an unknown system."""
    if concept_at(system, code, day) is None:
        return frozenset()
    tree = _tree(tuple(_versions(system, day)))
    found: set[Coded] = set()
    waiting = [(version_at(system, day).url, code)]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += tree.children.get(one, ())
    return frozenset(found)


def above(system: str, code: str, day: date) -> frozenset[Coded]:
    """The code and everything it lies under. Raises HosoError HS6006 for an unknown system."""
    if concept_at(system, code, day) is None:
        return frozenset()
    tree = _tree(tuple(_versions(system, day)))
    found: set[Coded] = set()
    one: Coded | None = (version_at(system, day).url, code)
    while one is not None and one not in found:
        found.add(one)
        one = tree.parents.get(one)
    return frozenset(found)


def children(system: str, code: str, day: date) -> tuple[Coded, ...]:
    """The codes directly under it, in order."""
    return tuple(sorted(_tree(tuple(_versions(system, day))).children.get((version_at(system, day).url, code), ())))


def subsumption(system: str, first: str, second: str, day: date) -> Subsumption:
    """How two codes of one system lie to each other."""
    if first == second:
        return "equivalent"
    url = version_at(system, day).url
    if (url, first) in above(system, second, day):
        return "subsumes"
    return "subsumed-by" if (url, second) in above(system, first, day) else "not-subsumed"


@dataclass(frozen=True)
class _Tree:
    parents: Mapping[Coded, Coded]
    children: Mapping[Coded, list[Coded]]


def _versions(system: str, day: date) -> list[Version]:
    """Of the system, of the one that groups it, and of the one it groups."""
    name = short_name(system)
    beside = [other for pair in GROUPED_BY.items() if name in pair for other in pair]
    return [version_at(one, day) for one in dict.fromkeys([name, *sorted(beside)])]


@lru_cache(maxsize=16)
def _tree(versions: tuple[Version, ...]) -> _Tree:
    """A published version does not change, so what is made of it holds."""
    urls = {one.id: one.url for one in versions}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, code, coalesce(parent, '') FROM terminology_concept WHERE version_id = ANY (%s) ORDER BY code",
            [list(urls)],
        )
        rows = [(urls[version], code, parent) for version, code, parent in cursor.fetchall()]
    known = {(url, code) for url, code, _ in rows}
    parents: dict[Coded, Coded] = {}
    under: dict[Coded, list[Coded]] = {}
    for url, code, parent in rows:
        own, others = (url, parent), [(other, parent) for other in urls.values() if other != url]
        # A block of one category is named as that category is: nothing lies under itself.
        at = own if own in known and parent != code else next((one for one in others if one in known), None)
        if parent and at is not None:
            parents[url, code] = at
            under.setdefault(at, []).append((url, code))
    return _Tree(parents, under)
