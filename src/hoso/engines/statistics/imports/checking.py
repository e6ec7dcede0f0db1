"""What is wrong with each row, in the order in which DHIS2 asks: what is it about, may it be told, is it a value.

A group that names its data set is one report: one row that does not belong to it refuses the report, with every such
row told. Rows without a data set each look for one that takes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import iso_duration
from hoso.core.periods.periods import Period, parse_period, period_of
from hoso.engines.statistics.catalogue import Catalogue, DataSet, Element, Split
from hoso.engines.statistics.imports.report import CODES, ImportReport
from hoso.engines.statistics.imports.rows import Given, Group, day_of
from hoso.engines.statistics.units import Unit, UnitReach, find_units
from hoso.engines.statistics.value_types import NUMERIC, YES_NO, Stored, read_value

LONGEST_COMMENT = 5000
Names = tuple[tuple[str, str], ...]
Combining = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code of DHIS2 (or of ours where it has none) and what it is about."""

    code: str
    thing: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A row of which everything is known. `split` and `attribute` are a number, or a combo and options not used yet."""

    index: int
    group: int
    element: Element
    data_set: DataSet
    period: Period
    unit: Unit
    place_id: int
    split: int | Combining
    attribute: int | Combining
    value: Stored | None
    comment: str | None
    follow_up: bool | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class _Address:
    """Which cell a row is about; the same for every row with these words."""

    element: Element
    data_set: DataSet
    period: Period
    unit: Unit
    place_id: int
    split: int | Combining
    attribute: int | Combining


class Checker:
    """Checks rows against the catalogue for one actor; what was found once is remembered."""

    def __init__(self, catalogue: Catalogue, reach: UnitReach, report: ImportReport, today: date) -> None:
        self._catalogue = catalogue
        self._reach = reach
        self._report = report
        self._today = today
        self._units: dict[tuple[str, str], list[Unit]] = {}
        self._periods: dict[tuple[str, int], Period | Refusal] = {}
        self._places: dict[tuple[str, str, int, Period], tuple[Unit, int] | Refusal] = {}
        self._splits: dict[tuple[object, ...], int | Combining | None] = {}
        self.refused: set[int] = set()  # numbers of groups
        self.rows_of_group: dict[int, int] = {}
        self.addresses: dict[int, tuple[Group, _Address]] = {}  # of each named report, for its completion

    def check(self, rows: list[Given]) -> Iterator[Checked]:
        """Yield the rows that are right; of the others the report says what is wrong."""
        self._look_up_units(rows)
        for row in rows:
            number = row.group.number
            self.rows_of_group[number] = self.rows_of_group.get(number, 0) + 1
            found = self._address(row)
            if isinstance(found, Refusal):
                self._refuse(row, found)
                continue
            if row.group.complete_day and number not in self.addresses:
                self.addresses[number] = (row.group, found)
            value = self._value(row, found.element)
            if isinstance(value, Refusal):
                self._refuse(row, value)
                continue
            yield Checked(
                row.index, number, found.element, found.data_set, found.period, found.unit, found.place_id, found.split,
                found.attribute, value, row.comment, row.follow_up, row.deleted,
            )  # fmt: skip

    def _refuse(self, row: Given, refusal: Refusal) -> None:
        self._report.note(refusal.code, refusal.thing, row.index)
        self._report.rejected.append(row.index)
        if row.group.data_set and CODES[refusal.code][2]:
            self.refused.add(row.group.number)

    def _look_up_units(self, rows: list[Given]) -> None:
        wanted: dict[str, set[str]] = {}
        for row in rows:
            scheme = row.group.options.scheme("unit")
            if (scheme, row.unit) not in self._units:
                wanted.setdefault(scheme, set()).add(row.unit)
        for scheme, names in wanted.items():
            found = find_units(scheme, [name for name in names if "\0" not in name])
            self._units.update({(scheme, name): found.get(name, []) for name in names})

    def _address(self, row: Given) -> _Address | Refusal:
        options, told = row.group.options, row.group.complete_day
        if row.group.data_set and told and day_of(told) is None:
            return Refusal("HS7047", told)
        number = self._catalogue.find("element", options.scheme("element"), row.element)
        element = self._catalogue.elements[number] if number is not None else None
        sets = self._sets(row, element)
        if isinstance(sets, Refusal):
            return sets
        if element is None or not sets:
            return Refusal("E8020", row.element)
        furthest = Refusal("E8020", row.element)
        for one in sets:
            found = self._in_set(row, element, one)
            if not isinstance(found, Refusal):
                return found
            furthest = max(furthest, found, key=lambda refusal: _ORDER.index(refusal.code))
        return furthest

    def _sets(self, row: Given, element: Element | None) -> list[DataSet] | Refusal:
        if not row.group.data_set:
            return self._catalogue.sets_of_element.get(element.id, []) if element else []
        number = self._catalogue.find("data_set", row.group.options.scheme("data_set"), row.group.data_set)
        if number is None:
            return Refusal("HS7017", row.group.data_set)
        data_set = self._catalogue.data_sets[number]
        return [data_set] if element is not None and element.id in data_set.elements else []

    def _in_set(self, row: Given, element: Element, data_set: DataSet) -> _Address | Refusal:
        period = self._period(row.period, data_set)
        if isinstance(period, Refusal):
            return period
        place = self._place(row, data_set, period)
        if isinstance(place, Refusal):
            return place
        attribute = self._split(
            row, data_set.combo_id, row.attribute, "attribute", row.attribute_options or row.group.attribute_options
        )
        if attribute is None:
            return Refusal("E8023", row.attribute or _told(row.group.attribute_options))
        split = self._split(row, data_set.elements[element.id], row.split, "split", row.split_options)
        if split is None:
            return Refusal("E8024", row.split or _told(row.split_options or {}) or "default")
        return _Address(element, data_set, period, place[0], place[1], split, attribute)

    def _period(self, text: str, data_set: DataSet) -> Period | Refusal:
        key = (text, data_set.id)
        if key not in self._periods:
            self._periods[key] = self._read_period(text, data_set)
        return self._periods[key]

    def _read_period(self, text: str, data_set: DataSet) -> Period | Refusal:
        try:
            period = _by_duration(text, data_set) if "/" in text else parse_period(text)
        except (HosoError, ValueError):
            return Refusal("E8021", text)
        if period is None or period.type not in data_set.kinds:
            return Refusal("E8021", text)
        if data_set.valid_from and period.end < data_set.valid_from:
            return Refusal("E8030", text)
        if data_set.valid_to and period.end > data_set.valid_to:
            return Refusal("E8030", text)
        opening = period
        for _ in range(data_set.future_periods):
            opening = opening.previous()
        return period if opening.start <= self._today else Refusal("E8030", text)

    def _place(self, row: Given, data_set: DataSet, period: Period) -> tuple[Unit, int] | Refusal:
        scheme = row.group.options.scheme("unit")
        key = (scheme, row.unit, data_set.id, period)
        if key not in self._places:
            self._places[key] = self._find_place(self._units[scheme, row.unit], row.unit, data_set, period)
        return self._places[key]

    def _find_place(
        self, units: list[Unit], name: str, data_set: DataSet, period: Period
    ) -> tuple[Unit, int] | Refusal:
        """The unit that reports on this form, was there in the period, and is in the actor's reach."""
        mine = [unit for unit in units if unit.id in data_set.units or unit.tier in data_set.tiers]
        if not mine:
            return Refusal("E8022", name)
        there = [unit for unit in mine if unit.open_during(period.start, period.end)]
        if len(there) != 1:
            return Refusal("E8031" if not there else "E8022", name)
        place_id = there[0].place_on(period.end)
        if not place_id or not self._reach.holds(place_id, there[0].facility_id):
            return Refusal("E8011", name)
        return there[0], place_id

    def _split(
        self, row: Given, combo: int, name: str, kind: str, options: Mapping[str, str] | None
    ) -> int | Combining | None:
        words: Names = tuple(sorted(options.items())) if options else ()
        schemes = row.group.options.schemes
        key = (combo, name, kind, words, schemes.get(kind), schemes.get("dimension"), schemes.get("option"))
        if key not in self._splits:
            self._splits[key] = self._find_split(row, combo, name, kind, words)
        return self._splits[key]

    def _find_split(self, row: Given, combo: int, name: str, kind: str, words: Names) -> int | Combining | None:
        catalogue = self._catalogue
        if words:
            return self._by_options(row, combo, words)
        if not name:
            return catalogue.default_split if not catalogue.combos[combo] else None
        number = catalogue.find("split", row.group.options.scheme(kind), name)
        if number is not None and _belongs(catalogue.splits[number], combo):
            return number
        unused = catalogue.unused_splits(combo).get(name) if row.group.options.scheme(kind) == "uid" else None
        return None if unused is None else (combo, unused)

    def _by_options(self, row: Given, combo: int, words: Names) -> int | Combining | None:
        """One option of each dimension of the combo, by their names."""
        options = row.group.options
        chosen: dict[int, int] = {}
        for dimension_name, option_name in words:
            dimension = self._catalogue.find("dimension", options.scheme("dimension"), dimension_name)
            option = self._catalogue.find("option", options.scheme("option"), option_name)
            if dimension is None or option is None or option not in self._catalogue.dimensions[dimension]:
                return None
            chosen[dimension] = option
        dimensions = self._catalogue.combos[combo]
        if chosen.keys() != set(dimensions):
            return None
        key = (combo, tuple(chosen[dimension] for dimension in dimensions))
        return self._catalogue.split_by_options.get(key, key)

    def _value(self, row: Given, element: Element) -> Stored | None | Refusal:
        if row.comment is not None and (len(row.comment) > LONGEST_COMMENT or "\0" in row.comment):
            return Refusal("E8125", element.uid)
        if row.group.options.strategy == "delete":
            return None
        given = row.value
        if row.text is not None and element.value_type not in NUMERIC and element.value_type not in YES_NO:
            given = row.text
        if given is None or given == "":
            return None if row.deleted else Refusal("E8120", element.uid)
        value = read_value(given, element.value_type)
        return value if isinstance(value, Decimal | str) else Refusal("E8122", element.uid)


# The farther down, the nearer the row came to being taken.
_ORDER = ("E8020", "E8021", "E8030", "E8022", "E8031", "E8011", "E8023", "E8024")


def _belongs(split: Split, combo: int) -> bool:
    return split.combo_id == combo


def _told(options: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())


def _by_duration(text: str, data_set: DataSet) -> Period | None:
    """The period of ADX: first day and length, as `2020-01-01/P1M`, of the kinds of the data set."""
    first, _, length = text.partition("/")
    start = date.fromisoformat(first)
    for kind in sorted(data_set.kinds):
        if iso_duration(kind) == length and (period := period_of(kind, start)).start == start:
            return period
    return None
