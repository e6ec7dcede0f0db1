"""Where the candidates of a search are looked for: by index rows, in the records of some persons, by id, or by a walk.

A plan is a list of segments read one after the other; no resource lies in two of them. It depends on the query alone, so that
the pages of a search go on with the same segments.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from math import floor

from django.utils.timezone import localdate

from hoso.core.vietnamese.folding import fold
from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from hoso.engines.records.fhir.search.index_rows import BEGINNINGS, LONG, has_rows, referred_id, row_hash
from hoso.engines.records.fhir.search.left_out import PERSON, WALK, left_out
from hoso.engines.records.fhir.search.moments import span_of
from hoso.engines.records.fhir.search.query import Criterion, Value, split_escaped, targets_of, unescape
from hoso.engines.records.fhir.search.resolved import Identified, Referring, Resolved
from hoso.engines.records.fhir.value_sets import members

MOST_DIGITS = 18  # before the point, of a number that has rows
MOST_BUCKETS = 50  # whole numbers that a range of numbers may touch
MOST_MEMBERS = 60  # codes of a value set or a branch that are looked for one by one
NARROWING = 2  # further conditions asked of each row found


@dataclass(frozen=True)
class Rows:
    """Resources with a row of this hash and none of those before it; with `low`, `high` the moment of the row within."""

    hash: int
    before: tuple[int, ...] = ()
    low: datetime | None = None
    high: datetime | None = None
    narrowing: tuple[tuple[int, ...], ...] = ()  # of each group a row must be there as well

    @property
    def name(self) -> str:
        return f"rows {self.hash}"


@dataclass(frozen=True)
class Persons:
    """The resources in these persons' records."""

    person_ids: tuple[int, ...]
    name: str = "persons"


@dataclass(frozen=True)
class Record:
    """Everything of these types (numbers) in one person's record, changed `since`, that happened from `start` to `end`."""

    person_id: int
    types: tuple[int, ...]
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    name: str = "record"


@dataclass(frozen=True)
class Named:
    """The resources with these ids."""

    ids: tuple[str, ...]
    name: str = "named"


@dataclass(frozen=True)
class Walk:
    """Every resource of the type by its last change, the newest first unless `oldest_first`."""

    low: datetime | None = None
    oldest_first: bool = False
    name: str = "walk"


Segment = Rows | Persons | Record | Named | Walk


@dataclass
class Places:
    """What conditions say about where to look, as far as it can be told; the best is taken."""

    ids: list[frozenset[str]] = field(default_factory=list)
    persons: list[frozenset[tuple[str, str]]] = field(default_factory=list)  # keys of what lies in the persons' records
    hashes: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)  # (rank, one of these hashes)
    days: dict[str, tuple[datetime | None, datetime | None]] = field(default_factory=dict)  # date parameter -> bounds


def places_of(type_name: str, conditions: Iterable[Resolved]) -> Places:
    """Everything that the conditions say about where to look."""
    places = Places()
    for one in conditions:
        if isinstance(one, Identified):
            places.ids.append(one.ids)
        elif isinstance(one, Referring):
            _referring(type_name, one, places)
        elif one.missing is None:
            _criterion(type_name, one, places)
    return places


def segments_of(type_name: str, places: Places) -> list[Segment] | None:
    """The segments, except those of persons (which need the database); None where a walk is all that is left."""
    if places.ids:
        return [Named(tuple(sorted(frozenset.intersection(*places.ids))))]
    groups = [hashes for _, hashes in sorted(places.hashes, key=lambda one: (one[0], len(one[1])))]
    if groups:
        hashes, narrowing = sorted(groups[0]), tuple(groups[1 : 1 + NARROWING])
        return [Rows(one, tuple(hashes[:number]), narrowing=narrowing) for number, one in enumerate(hashes)]
    for code, (low, high) in places.days.items():
        if low is not None:
            return [
                Rows(row_hash(type_name, code, "day"), (), low, high),
                Rows(row_hash(type_name, code, "long"), (), None, high),
            ]
    return None


def _referring(type_name: str, condition: Referring, places: Places) -> None:
    """Of a compartment with several parameters, one that lies with the person says where all of it is looked for: what is in
    another person's record belongs to that person's compartment."""
    if any(lies_with_person(type_name, one.code) for one in condition.parameters):
        places.persons.append(condition.keys)
        return
    hashes: list[int] = []
    for parameter in condition.parameters:
        rows = row_parameters(type_name, parameter.code)
        if not rows:
            return
        hashes += [row_hash(type_name, code, "id", id_) for code in rows for _, id_ in condition.keys]
    places.hashes.append((1, tuple(dict.fromkeys(hashes))))


def lies_with_person(type_name: str, code: str) -> bool:
    """Whether what refers by the parameter keeps no rows and lies in the record of the person whose resource it names."""
    return left_out(type_name).get(code) == (PERSON,)


def row_parameters(type_name: str, code: str) -> tuple[str, ...]:
    """The parameters whose rows answer this one; none where it needs a walk."""
    if has_rows(type_name, code):
        return (code,)
    answer = left_out(type_name).get(code, (WALK,))
    return () if answer in ((WALK,), (PERSON,)) else answer


def _criterion(type_name: str, one: Criterion, places: Places) -> None:
    parameter = one.parameter
    if parameter.code == "_id" and not one.modifier:
        places.ids.append(frozenset(unescape(value.text) for value in one.values))
    elif parameter.kind == "reference" and one.modifier != "identifier" and lies_with_person(type_name, parameter.code):
        places.persons.append(frozenset(key for value in one.values for key in keys_in(parameter, one.modifier, value)))
    elif parameter.kind == "date":
        _days(parameter, one.values, places)
    else:
        found = [_hashes(parameter, one.modifier, value) for value in one.values]
        if all(found):
            places.hashes.append(
                (_rank(parameter, one), tuple(dict.fromkeys(hash_ for each in found for hash_ in each)))
            )


def keys_in(parameter: SearchParameter, modifier: str, value: Value) -> list[tuple[str, str]]:
    """(type, id) of what a value may name; one for each type where it says none."""
    text = unescape(value.text).partition("/_history/")[0]
    kind = modifier or text.rpartition("/")[0].rpartition("/")[2]
    return [(one, referred_id(text)) for one in ((kind,) if kind else targets_of(parameter))]


def _rank(parameter: SearchParameter, one: Criterion) -> int:
    if parameter.code == "identifier":
        return 0
    if parameter.kind == "string":
        shortest = min(len(fold(unescape(value.text))) for value in one.values)
        return 2 if shortest >= BEGINNINGS[0] else 4
    return {"reference": 1, "uri": 2, "token": 2, "composite": 2}.get(parameter.kind, 5)


def _hashes(parameter: SearchParameter, modifier: str, value: Value) -> list[int]:
    """The hashes of which a resource that fits the value has one; none where rows cannot say."""
    if parameter.kind == "composite":
        known = search_parameters(parameter.type_name)
        for (code, _), text in zip(parameter.components, value.parts, strict=True):
            if known[code].kind == "token" and (found := _hashes(known[code], "", Value((text,)))):
                return found
        return []
    if modifier in ("in", "above", "below") and parameter.kind == "token":
        return _member_hashes(parameter, members(modifier, unescape(value.text), localdate()))
    if modifier not in ("", "exact") and parameter.kind != "reference":
        return []
    rows = row_parameters(parameter.type_name, parameter.code)
    return [
        row_hash(parameter.type_name, code, kind, text)
        for code in rows
        for kind, text in _spellings(parameter, modifier, value)
    ]


def _member_hashes(parameter: SearchParameter, codes: frozenset[tuple[str, str]]) -> list[int]:
    """Of few codes the rows of each; of many, rows do not help."""
    if not 0 < len(codes) <= MOST_MEMBERS:
        return []
    rows = row_parameters(parameter.type_name, parameter.code)
    wanted = sorted({code.casefold() for _, code in codes})
    return [row_hash(parameter.type_name, one, "code", code) for one in rows for code in wanted]


def _spellings(parameter: SearchParameter, modifier: str, value: Value) -> Iterator[tuple[str, str]]:
    text = unescape(value.text)
    if parameter.kind == "token" or modifier == "identifier":
        code = unescape(list(split_escaped(value.text, "|"))[-1]).casefold()
        if code:
            yield "identifier" if modifier == "identifier" else "code", code
    elif parameter.kind == "reference":
        yield "id", referred_id(text)
        yield "uri", text.partition("|")[0]
    elif parameter.kind == "uri":
        yield "uri", text
    elif parameter.kind == "string":
        folded = fold(text)
        length = next((one for one in BEGINNINGS if one <= len(folded)), 0)
        if length:
            yield "begins", folded[:length]
    elif value.prefix == "eq":
        yield from (("floor", str(one)) for one in _buckets(value.text.partition("|")[0]))


def _buckets(text: str) -> range:
    try:
        wanted = Decimal(text)
        if wanted.adjusted() > MOST_DIGITS:  # no number of a record is as large, and its digits would fill the memory
            return range(0)
        half = Decimal(5).scaleb(int(wanted.as_tuple().exponent) - 1)
        found = range(floor(wanted - half), floor(wanted + half) + 1)
    except (InvalidOperation, ValueError, TypeError, OverflowError):
        return range(0)
    return found if len(found) <= MOST_BUCKETS else range(0)


def _days(parameter: SearchParameter, values: tuple[Value, ...], places: Places) -> None:
    """Bounds of the beginnings of short spans that may fit."""
    if not has_rows(parameter.type_name, parameter.code):
        return
    bounds = [_bounds(value) for value in values]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    low = None if None in lows else min(one for one in lows if one)
    high = None if None in highs else max(one for one in highs if one)
    known_low, known_high = places.days.get(parameter.code, (None, None))
    places.days[parameter.code] = (
        max((one for one in (low, known_low) if one), default=None),
        min((one for one in (high, known_high) if one), default=None),
    )


def _bounds(value: Value) -> tuple[datetime | None, datetime | None]:
    wanted = span_of(value.text)
    if wanted is None:
        return None, None
    try:
        low = wanted[0] - 2 * LONG
    except OverflowError:
        low = None
    if value.prefix == "eq":
        return low, wanted[1]
    if value.prefix in ("gt", "ge", "sa"):
        return low, None
    return (None, wanted[1]) if value.prefix in ("lt", "le", "eb") else (None, None)
