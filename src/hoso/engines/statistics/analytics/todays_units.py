"""What today's units are made of: which units count for them, and with which share of their figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection

from hoso.engines.statistics.analytics.question import AskedUnits

PLACES = 12  # decimals of a share


@dataclass(frozen=True, slots=True)
class Part:
    """Units that count for `label` with a share of their figures; asked under a label of their own."""

    label: str
    asked: AskedUnits
    share: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """A unit that is no more, `share` of which lies today in one unit of the label; `later`: that one and those between."""

    label: str
    unit: int
    share: Decimal
    later: tuple[int, ...]


def todays_parts(units: Iterable[AskedUnits]) -> list[Part]:
    """Of each asked unit what counts for it whole, as one, and each unit of which only a part does. A unit that is not there
    today has none."""
    units = list(units)
    found = [Part(one.label, replace(one, label=f"={one.label}"), Decimal(1)) for one in units if one.whole]
    asked = [one for one in units if not one.whole]
    whole: dict[str, tuple[list[int], list[int]]] = {one.label: ([], list(one.facilities)) for one in asked}
    for label, unit, share in _shares([(one.label, place) for one in asked for place in one.places]):
        if share == 1:
            whole[label][unit < 0].append(unit)
        else:
            alone = AskedUnits(f"/{unit}", facilities=(unit,)) if unit < 0 else AskedUnits(f"/{unit}", alone=(unit,))
            found.append(Part(label, alone, share))
    found += [_whole(label, places, facilities) for label, (places, facilities) in whole.items()]
    return found


def todays_lineage(units: Iterable[AskedUnits]) -> tuple[list[Part], list[Source]]:
    """The units of today as parts, and one by one those that they come from."""
    asked = [replace(one, places=_provinces(), whole=False) if one.whole else one for one in units]
    labels = [(one.label, place) for one in asked for place in one.places]
    sources = list(_sources(labels))
    earlier = {source.unit for source in sources}
    parts: dict[str, tuple[list[int], list[int]]] = {one.label: ([], list(one.facilities)) for one in asked}
    found = []
    for label, unit, share in _shares(labels):
        if unit in earlier:
            continue
        if share == 1:
            parts[label][unit < 0].append(unit)
        else:
            found.append(Part(label, AskedUnits(f"/{unit}", facilities=(unit,)), share))
    return [*found, *(_whole(label, places, facilities) for label, (places, facilities) in parts.items())], sources


def _whole(label: str, places: Iterable[int], facilities: Iterable[int]) -> Part:
    units = AskedUnits(f"={label}", alone=tuple(places), facilities=tuple(dict.fromkeys(facilities)))
    return Part(label, units, Decimal(1))


def _provinces() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM places_place WHERE level = 1 AND valid_to IS NULL")
        return tuple(number for (number,) in cursor.fetchall())


def _sources(asked: list[tuple[str, int]]) -> Iterator[Source]:
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, {"labels": [label for label, _ in asked], "places": [place for _, place in asked]})
        for label, unit, share, later in cursor.fetchall():
            rounded = round(share, PLACES)
            yield Source(label, unit, Decimal(1) if rounded == 1 else rounded, tuple(later))


def _shares(asked: list[tuple[str, int]]) -> Iterator[tuple[str, int, Decimal]]:
    """Label, unit (a facility below 0) and the share of it that lies in the label's places today."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, {"labels": [label for label, _ in asked], "places": [place for _, place in asked]})
        for label, unit, share in cursor.fetchall():
            yield label, unit, Decimal(1) if share == 1 else share


_HEIRS = """
    WITH RECURSIVE held AS MATERIALIZED (
        SELECT DISTINCT a.label, h.id, p.valid_to IS NULL AS now
        FROM unnest(%(labels)s::text[], %(places)s::bigint[]) a(label, place)
        JOIN places_place asked ON asked.id = a.place AND asked.valid_to IS NULL
        CROSS JOIN LATERAL unnest(places_within(ARRAY[a.place])) h(id) JOIN places_place p ON p.id = h.id),
    step AS MATERIALIZED (  -- shares as they are given, made to be one together
        SELECT old_id, new_id, share::numeric / sum(share::numeric) OVER (PARTITION BY old_id) AS share FROM places_share),
    heir(label, id, share, later) AS (
        SELECT label, id, 1::numeric, '{}'::bigint[] FROM held WHERE now
        UNION ALL
        SELECT h.label, s.old_id, h.share * s.share, h.later || h.id FROM heir h JOIN step s ON s.new_id = h.id)
"""
_SHARES = f"""{_HEIRS},
    lying(label, id, share) AS (
        SELECT label, id, round(sum(share), {PLACES}) FROM heir GROUP BY 1, 2
        UNION ALL
        SELECT label, id, 1 FROM held WHERE NOT now AND id NOT IN (SELECT old_id FROM step)),
    facility AS (
        SELECT -f.id AS id, statistics_place_of(-f.id, current_date) AS place_id FROM places_facility f)
    SELECT label, id, share FROM lying
    UNION ALL
    SELECT l.label, f.id, l.share FROM facility f JOIN lying l ON l.id = f.place_id
"""
_SOURCES = f"""{_HEIRS}
    SELECT label, id, share, later FROM heir WHERE later <> '{{}}'
"""
