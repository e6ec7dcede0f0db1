"""The catalogue as one reads it for work: elements, data sets, dimensions and splits, by number and by every name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from math import prod
from typing import Any

from django.db import connection

from hoso.core.periods.kinds import PeriodType
from hoso.engines.statistics.uids import DEFAULT_COMBO, DEFAULT_SPLIT, split_uid

MOST_LISTED = 2000  # keys of one combo


@dataclass(frozen=True, slots=True)
class Element:
    id: int
    uid: str
    name: str
    value_type: str
    combo_id: int
    aggregation: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """`elements`: of each element its combo here. `units`: those that report beside the units of the tiers."""

    id: int
    uid: str
    name: str
    kinds: frozenset[PeriodType]
    combo_id: int
    tiers: frozenset[str]
    valid_from: date | None
    valid_to: date | None
    future_periods: int
    elements: Mapping[int, int] = field(default_factory=dict)
    units: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Split:
    """One option of each dimension of a combo, or none: the default one."""

    id: int
    uid: str
    combo_id: int
    options: tuple[int, ...]


Names = dict[str, dict[str, int]]  # scheme -> name -> number


@dataclass(slots=True)
class Catalogue:
    """Everything that is defined; `names` leads from a scheme (uid, code, name, attribute:…) and a name to a number."""

    elements: dict[int, Element]
    data_sets: dict[int, DataSet]
    combos: dict[int, tuple[int, ...]]  # combo -> dimensions
    combo_uids: dict[int, str]
    dimensions: dict[int, tuple[int, ...]]  # dimension -> options
    dimension_uids: dict[int, str]
    option_uids: dict[int, str]
    splits: dict[int, Split]
    split_by_options: dict[tuple[int, tuple[int, ...]], int]
    names: dict[str, Names]
    sets_of_element: dict[int, list[DataSet]]
    default_combo: int
    default_split: int
    _unused: dict[int, dict[str, tuple[int, ...]]] = field(default_factory=dict)

    def find(self, kind: str, scheme: str, name: str) -> int | None:
        """The number of a thing of this kind by one of its names; None where nothing has it."""
        return self.names[kind].get(scheme, {}).get(name)

    def unused_splits(self, combo: int) -> dict[str, tuple[int, ...]]:
        """The ids of the combo's keys that nobody used yet, with their options; none where there are too many to list."""
        if combo not in self._unused:
            choices = [self.dimensions[one] for one in self.combos[combo]]
            few = bool(choices) and prod(map(len, choices)) <= MOST_LISTED
            self._unused[combo] = {
                split_uid(self.combo_uids[combo], [self.option_uids[one] for one in options]): options
                for options in (product(*choices) if few else ())
                if (combo, options) not in self.split_by_options
            }
        return self._unused[combo]

    def split_number(self, scheme: str, name: str) -> int | None:
        """The number of a key; 0 for one that nobody used yet, None for one that cannot be."""
        number = self.find("split", scheme, name)
        if number is None and scheme == "uid" and any(name in self.unused_splits(combo) for combo in self.combos):
            return 0
        return number


def read_catalogue() -> Catalogue:
    """Read it all: some thousand rows, a few milliseconds."""
    names: dict[str, Names] = {}
    with connection.cursor() as cursor:
        elements = {
            row[0]: Element(row[0], row[1], row[3], row[4], row[5], row[6])
            for row in _read(cursor, names, "element", "value_type, combo_id, aggregation")
        }
        combo_rows = _read(cursor, names, "combo", "dimensions")
        dimension_rows = _read(cursor, names, "dimension", "options")
        option_rows = _read(cursor, names, "option", "uid")
        splits = {
            row[0]: Split(row[0], row[1], row[4], tuple(row[5]))
            for row in _read(cursor, names, "split", "combo_id, options")
        }
        data_sets = _data_sets(cursor, names)
        cursor.execute("SELECT kind, scheme, name, object_id FROM statistics_alias WHERE kind <> 'unit'")
        for kind, scheme, name, number in cursor.fetchall():
            names[kind].setdefault(scheme, {})[name] = number
    sets_of_element: dict[int, list[DataSet]] = {}
    for one in data_sets.values():
        for element in one.elements:
            sets_of_element.setdefault(element, []).append(one)
    return Catalogue(
        elements=elements,
        data_sets=data_sets,
        combos={row[0]: tuple(row[4]) for row in combo_rows},
        combo_uids={row[0]: row[1] for row in combo_rows},
        dimensions={row[0]: tuple(row[4]) for row in dimension_rows},
        dimension_uids={row[0]: row[1] for row in dimension_rows},
        option_uids={row[0]: row[1] for row in option_rows},
        splits=splits,
        split_by_options={(split.combo_id, split.options): split.id for split in splits.values()},
        names=names,
        sets_of_element=sets_of_element,
        default_combo=names["combo"]["uid"][DEFAULT_COMBO],
        default_split=names["split"]["uid"][DEFAULT_SPLIT],
    )


def _read(cursor: Any, names: dict[str, Names], kind: str, columns: str) -> list[tuple[Any, ...]]:
    """The rows of one kind as (id, uid, code, name, …); their names are noted."""
    cursor.execute(f"SELECT id, uid, code, name, {columns} FROM statistics_{kind} ORDER BY id")
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    names[kind] = {
        "uid": {row[1]: row[0] for row in rows},
        "code": {row[2]: row[0] for row in rows if row[2]},
        "name": {row[3]: row[0] for row in reversed(rows)},
    }
    return rows


def _data_sets(cursor: Any, names: dict[str, Names]) -> dict[int, DataSet]:
    rows = _read(cursor, names, "data_set", "period_kinds, combo_id, tiers, valid_from, valid_to, future_periods")
    cursor.execute(
        "SELECT s.data_set_id, s.element_id, coalesce(s.combo_id, e.combo_id) FROM statistics_data_set_element s"
        " JOIN statistics_element e ON e.id = s.element_id ORDER BY s.data_set_id, s.position"
    )
    elements: dict[int, dict[int, int]] = {}
    for data_set, element, combo in cursor.fetchall():
        elements.setdefault(data_set, {})[element] = combo
    cursor.execute("SELECT data_set_id, array_agg(unit_id) FROM statistics_data_set_unit GROUP BY 1")
    units = {data_set: frozenset(found) for data_set, found in cursor.fetchall()}
    return {
        row[0]: DataSet(
            id=row[0],
            uid=row[1],
            name=row[3],
            kinds=frozenset(map(PeriodType, row[4])),
            combo_id=row[5],
            tiers=frozenset(row[6]),
            valid_from=row[7],
            valid_to=row[8],
            future_periods=row[9],
            elements=elements.get(row[0], {}),
            units=units.get(row[0], frozenset()),
        )
        for row in rows
    }
