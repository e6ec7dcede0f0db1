"""The figures of a yearbook, on today's map: one question for all tables of communes, one for all of months, one for reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.analytics.answer import Answered, ask
from hoso.engines.statistics.analytics.data_items import DataItem, find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Scope
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.forms import Form, forms
from hoso.engines.statistics.uids import uid_of
from hoso.engines.statistics.yearbook.chapters import Table, Yearbook

COUNTS = ("EXPECTED_REPORTS", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "REPORTING_RATE")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of today."""

    id: int
    uid: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Figure:
    """`estimated`: shares of units that were split are in it."""

    value: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its figures by label of the item and of the row; the last row is the whole province or year. `items`
    without those that nobody reported."""

    table: Table
    items: tuple[DataItem, ...]
    rows: tuple[str, ...]
    figures: Mapping[tuple[str, str], Figure]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many reports of a form were expected of the province in the year, came, and came in time."""

    form: Form
    counts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Compiled:
    book: Yearbook
    province: Place
    communes: tuple[Place, ...]
    year: int
    tables: tuple[tuple[Filled, ...], ...]  # by chapter
    completeness: tuple[Completeness, ...]


def compile_yearbook(actor: Actor, book: Yearbook, code: str, year: int, progress: Progress) -> Compiled:
    """Raises HosoError: HS2001; HS5491 where no province of today has the code."""
    province, communes = _places(code)
    asking = _Asking(actor, read_catalogue(), province, communes, year)
    tables = [table for chapter in book.chapters for table in chapter.tables]
    told: dict[str, Mapping[tuple[str, str], Figure]] = {}
    for step, by in enumerate(("commune", "month"), 1):
        told[by] = asking.figures(by, dict.fromkeys(name for table in tables if table.by == by for name in table.data))
        progress(step, 3)
    completeness = tuple(asking.completeness())
    progress(3, 3)
    filled = tuple(tuple(asking.fill(table, told[table.by]) for table in chapter.tables) for chapter in book.chapters)
    return Compiled(book, province, communes, year, filled, completeness)


@dataclass(frozen=True, slots=True)
class _Asking:
    actor: Actor
    catalogue: Catalogue
    province: Place
    communes: tuple[Place, ...]
    year: int

    def figures(self, by: str, names: Iterable[str]) -> dict[tuple[str, str], Figure]:
        """Of every datum of the tables with these rows, asked for together: by its label and the row's."""
        items = [find_item(self.catalogue, name) for name in names]
        whole = AskedUnits(self.province.uid, (self.province.id,))
        if by == "commune":
            units = [*(AskedUnits(one.uid, (one.id,)) for one in self.communes), whole]
            told = self._ask(items, [self._year()], units)
        else:
            told = self._ask(items, [*map(_alone, self._months()), self._year()], [whole])
        return {
            (one.item, one.cell.unit if by == "commune" else one.cell.period): Figure(one.figure, one.estimated)
            for one in told
        }

    def fill(self, table: Table, told: Mapping[tuple[str, str], Figure]) -> Filled:
        """One table out of what was told."""
        items = [find_item(self.catalogue, name) for name in table.data]
        given = {label for label, _ in told}
        if table.by == "commune":
            rows = [one.uid for one in (*self.communes, self.province)]
        else:
            rows = [*(one.id for one in self._months()), str(self.year)]
        return Filled(table, tuple(one for one in items if one.label in given), tuple(rows), told)

    def _months(self) -> list[Period]:
        return [parse_period(f"{self.year}{month:02}") for month in range(1, 13)]

    def completeness(self) -> list[Completeness]:
        """Of every form of which reports were expected."""
        units = [AskedUnits(self.province.uid, (self.province.id,))]
        known = {uid_of(f"form:{form.key}"): form for form in forms().values() if form.rows}
        items = [find_item(self.catalogue, f"{uid}.{name}") for uid in known for name in COUNTS]
        counts: dict[str, dict[str, Decimal]] = {}
        for one in self._ask(items, [self._year()], units):
            uid, _, name = one.item.partition(".")
            counts.setdefault(uid, {})[name] = one.figure
        return [Completeness(known[uid], told) for uid, told in counts.items() if told.get("EXPECTED_REPORTS")]

    def _year(self) -> AskedPeriod:
        return _alone(parse_period(str(self.year)))

    def _ask(self, items: Sequence[DataItem], periods: list[AskedPeriod], units: list[AskedUnits]) -> list[Answered]:
        return ask(self.actor, items, Scope(periods, units, places="today"), self.catalogue)


def _alone(period: Period) -> AskedPeriod:
    return AskedPeriod(period.id, (period,))


def _places(code: str) -> tuple[Place, tuple[Place, ...]]:
    """The province of today with the code, and its communes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.uid, u.code, u.name FROM statistics_unit u"
            " WHERE u.tier = 'province' AND u.valid_to IS NULL AND u.code = %s",
            [code],
        )
        found = cursor.fetchone()
        if found is None:
            raise HosoError("HS5491", code=code[:20])
        cursor.execute(
            "SELECT u.id, u.uid, u.code, u.name FROM statistics_unit u"
            " WHERE u.tier = 'commune' AND u.valid_to IS NULL AND u.parent_id = %s ORDER BY u.code",
            [found[0]],
        )
        return Place(*found), tuple(Place(*row) for row in cursor.fetchall())
