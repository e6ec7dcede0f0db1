"""A search: chains followed, candidates read, each looked at, a page cut. Runs inside `core.access.reading.read`.

What rows find is only a candidate: whether it fits is always decided by its bytes (matching.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from django.db import OperationalError
from psycopg.errors import QueryCanceled

from hoso.core.access.policy import Scope
from hoso.core.database.prepared import rows_of
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import SearchParameter
from hoso.engines.records.fhir.paths import referred_type
from hoso.engines.records.fhir.search.candidates import AsOf, Position, persons_of, read_candidates
from hoso.engines.records.fhir.search.index_rows import referred_id
from hoso.engines.records.fhir.search.joined import following_links
from hoso.engines.records.fhir.search.moments import span_of
from hoso.engines.records.fhir.search.ordering import in_order
from hoso.engines.records.fhir.search.plan import Persons, Places, Rows, Segment, Walk, places_of, segments_of
from hoso.engines.records.fhir.search.query import Chain, Criterion, Has, Query
from hoso.engines.records.fhir.search.resolved import Identified, Key, Referring, Resolved, resolved_matcher
from hoso.engines.records.fhir.search.values import values_of
from hoso.engines.records.reading import NOBODY, StoredResource
from hoso.engines.records.reindexing import is_indexed

MOST_EXAMINED = 20_000  # candidates looked at for one page; a page that finds less goes on behind the last of them
MOST_ORDERED = 10_000  # resources that are put in order
MOST_COUNTED = 100_000  # candidates looked at for a count
MOST_CHAINED = 1_000  # resources that a step of a chain may find
MOST_SECONDS = 20
BATCH = 200
_BOUNDS = "SELECT set_config('statement_timeout', %s, true)"

Test = Callable[[StoredResource], bool]
Sight = Callable[[str], Test]  # of a type: what of it the asker's scopes leave; raises HosoError where nothing


@dataclass(frozen=True)
class Cursor:
    """Where the next page goes on: a state of the store, and behind what."""

    as_of: AsOf
    segment: str
    position: Position


@dataclass
class Page:
    """What a search found. `total` is known where it was counted or everything is on the page."""

    resources: list[StoredResource] = field(default_factory=list)
    included: list[StoredResource] = field(default_factory=list)
    total: int | None = None
    next: Cursor | None = None
    warnings: list[HosoError] = field(default_factory=list)
    looked_through: frozenset[int] = frozenset()  # persons whose records the search named

    def __len__(self) -> int:
        return len(self.resources) + len(self.included) or self.total or 0

    @property
    def person_id(self) -> int | None:
        """Whose everything on it is, or who was named where nothing was found; None: several persons, or nobody."""
        whose = list(self.found_of_persons or self.looked_through)
        return whose[0] if len(whose) == 1 else None

    @property
    def found_of_persons(self) -> dict[int, int]:
        """How many resources of each person are on it."""
        return dict(Counter(one.person_id for one in (*self.resources, *self.included) if one.person_id != NOBODY))


@dataclass
class Search:
    """One asker's search at one state of the store."""

    scope: Scope
    sight: Sight
    as_of: AsOf

    def page(self, query: Query, extra: tuple[Resolved, ...] = (), cursor: Cursor | None = None) -> Page:
        """The page behind the cursor. Raises HosoError HS5150 to HS5154 where the search asks too much."""
        conditions = following_links(query.type_name, [*self.resolve(query), *extra])
        if query.only_count:
            page = Page(total=self._count(query.type_name, conditions))
        else:
            page = self._page(query, conditions, cursor)
        page.looked_through = _persons(places_of(query.type_name, conditions)) or frozenset()
        if page.total is None and query.total == "accurate":
            page.total = self._count(query.type_name, conditions)
        return page

    def _page(self, query: Query, conditions: list[Resolved], cursor: Cursor | None) -> Page:
        if query.sort and not _walks_in_order(query):
            return self._ordered_page(query, conditions, cursor)
        page = Page()
        found: list[tuple[str, Position, StoredResource]] = []
        shown: set[str] = set()
        examined, last = 0, None
        stream = self.stream(query.type_name, conditions, cursor, oldest_first=_oldest_first(query))
        for segment, position, resource, fits in stream:
            examined, last = examined + 1, (segment, position)
            if fits and resource.id not in shown:  # a change may move one while the page is read
                shown.add(resource.id)
                found.append((segment, position, resource))
            if len(found) > query.count:
                last = found[query.count - 1][:2]
                break
            if examined >= MOST_EXAMINED:
                break
        else:
            last = None
        page.resources = [resource for _, _, resource in found[: query.count]]
        if last:
            page.next = Cursor(self.as_of, *last)
        elif cursor is None:
            page.total = len(found)
        return page

    def stream(
        self, type_name: str, conditions: list[Resolved], cursor: Cursor | None = None, *, oldest_first: bool = False
    ) -> Iterator[tuple[str, Position, StoredResource, bool]]:
        """Every candidate behind the cursor with its segment, its position and whether it fits."""
        fits, may_see = resolved_matcher(type_name, conditions), self.sight(type_name)
        after = cursor.position if cursor else None
        for segment in self._segments_from(type_name, conditions, cursor, oldest_first):
            size = BATCH
            while batch := read_candidates(self.scope, type_name, segment, self.as_of, after, size):
                for position, one in batch:
                    yield segment.name, position, one, may_see(one) and fits(orjson.loads(one.served()))
                if len(batch) < size:
                    break
                after, size = batch[-1][0], min(size * 2, 2000)
            after = None

    def _segments_from(
        self, type_name: str, conditions: list[Resolved], cursor: Cursor | None, oldest_first: bool
    ) -> list[Segment]:
        segments = self._segments(type_name, conditions, oldest_first)
        if any(isinstance(one, Rows) for one in segments) and not is_indexed():
            raise HosoError("HS5150")
        if cursor is None:
            return segments
        at = next((number for number, one in enumerate(segments) if one.name == cursor.segment), None)
        if at is None:
            raise HosoError("HS5008")
        return segments[at:]

    def _segments(self, type_name: str, conditions: list[Resolved], oldest_first: bool) -> list[Segment]:
        places = places_of(type_name, conditions)
        persons = _persons(places)
        if persons is not None and not places.ids and not oldest_first:
            return [Persons(tuple(sorted(persons)))] if persons else []
        low = _changed_since(conditions)
        if oldest_first:
            return [Walk(low, oldest_first=True)]
        return segments_of(type_name, places) or [Walk(low)]

    def resolve(self, query: Query) -> list[Resolved]:
        """The conditions with every chain followed. Raises HosoError HS5152 where a step finds too many."""
        return [one if isinstance(one, Criterion) else self._follow(one) for one in query.criteria]

    def _follow(self, step: Chain | Has) -> Resolved:
        if isinstance(step, Chain):
            keys = {(one.type, one.id) for query in step.queries for one in self.everything(query, MOST_CHAINED)}
            return Referring((step.parameter,), frozenset(keys))
        found = self.everything(step.query, MOST_CHAINED)
        return Identified(frozenset(id_ for one in found for _, id_ in references(one, step.parameter)))

    def everything(self, query: Query, most: int, extra: tuple[Resolved, ...] = ()) -> list[StoredResource]:
        """All that fits now, whatever the first page saw. Raises HosoError HS5152 where it is more than `most`."""
        found: list[StoredResource] = []
        conditions = following_links(query.type_name, [*self.resolve(query), *extra])
        now = self if self.as_of.first else replace(self, as_of=AsOf.now())
        for number, (_, _, one, fits) in enumerate(now.stream(query.type_name, conditions)):
            if fits:
                found.append(one)
            if len(found) > most or number > MOST_COUNTED:
                raise HosoError("HS5152", type=query.type_name, most=most)
        return found

    def _count(self, type_name: str, conditions: list[Resolved]) -> int:
        count = 0
        for number, (_, _, _, fits) in enumerate(self.stream(type_name, conditions), 1):
            count += fits
            if number > MOST_COUNTED:
                raise HosoError("HS5151", most=MOST_COUNTED)
        return count

    def _ordered_page(self, query: Query, conditions: list[Resolved], cursor: Cursor | None) -> Page:
        """Everything that fits is put in order; the page begins behind the last id shown."""
        found: list[StoredResource] = []
        for number, (_, _, one, fits) in enumerate(self.stream(query.type_name, conditions), 1):
            if fits:
                found.append(one)
            if len(found) > MOST_ORDERED or number > MOST_COUNTED:
                raise HosoError("HS5151", most=MOST_ORDERED)
        total = len(found)
        last = (str(cursor.position[0]), int(cursor.position[1])) if cursor else None
        ordered = in_order(query, found, last)
        shown = ordered[: query.count]
        page = Page(shown, total=total if cursor is None else None)
        if len(ordered) > query.count:
            page.next = Cursor(self.as_of, "ordered", (shown[-1].id, shown[-1].version))
        return page


def _persons(places: Places) -> frozenset[int] | None:
    """In whose records the conditions say to look; None where they say nothing."""
    return frozenset.intersection(*(persons_of(keys) for keys in places.persons)) if places.persons else None


def references(resource: StoredResource, parameter: SearchParameter) -> list[Key]:
    """(type, id) of everything the resource refers to by the parameter."""
    found = values_of(parameter)(resource.content())
    keys = [(referred_type(one), referred_id(one.get("reference", ""))) for kind, one in found if kind == "Reference"]
    return [(kind, id_) for kind, id_ in keys if kind and id_]


def _walks_in_order(query: Query) -> bool:
    """An order by the last change alone is that of the walk."""
    return [one.parameter.code for one in query.sort] == ["_lastUpdated"] and not query.criteria


def _oldest_first(query: Query) -> bool:
    return bool(query.sort) and not query.sort[0].descending and _walks_in_order(query)


def _changed_since(conditions: list[Resolved]) -> datetime | None:
    """The least last change that can fit."""
    lows = [
        span[0]
        for one in conditions
        if isinstance(one, Criterion) and one.parameter.code == "_lastUpdated" and len(one.values) == 1
        and one.values[0].prefix in ("eq", "gt", "ge", "sa") and (span := span_of(one.values[0].text))
    ]  # fmt: skip
    return max(lows, default=None)


@contextmanager
def bounded_time() -> Iterator[None]:
    """Within it a statement of the running transaction ends after MOST_SECONDS, as HosoError HS5154."""
    rows_of(_BOUNDS, [str(MOST_SECONDS * 1000)])
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise HosoError("HS5154", most=MOST_SECONDS) from None
        raise
    rows_of(_BOUNDS, ["0"])
