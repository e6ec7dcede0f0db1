"""The figures of a yearbook: each table one question, on today's map, as they stand when it is asked."""

from collections.abc import Callable, Mapping, Sequence
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
    total, done, chapters = sum(len(chapter.tables) for chapter in book.chapters) + 1, 0, []
    for chapter in book.chapters:
        filled = []
        for table in chapter.tables:
            filled.append(asking.fill(table))
            done += 1
            progress(done, total)
        chapters.append(tuple(filled))
    completeness = tuple(asking.completeness())
    progress(total, total)
    return Compiled(book, province, communes, year, tuple(chapters), completeness)


@dataclass(frozen=True, slots=True)
class _Asking:
    actor: Actor
    catalogue: Catalogue
    province: Place
    communes: tuple[Place, ...]
    year: int

    def fill(self, table: Table) -> Filled:
        """One table."""
        items = tuple(find_item(self.catalogue, text) for text in table.data)
        whole = AskedUnits(self.province.uid, (self.province.id,))
        if table.by == "commune":
            labels = [one.uid for one in (*self.communes, self.province)]
            units = [*(AskedUnits(one.uid, (one.id,)) for one in self.communes), whole]
            told = self._ask(items, [self._year()], units)
        else:
            months = [parse_period(f"{self.year}{month:02}") for month in range(1, 13)]
            labels = [*(one.id for one in months), str(self.year)]
            told = self._ask(items, [*(_alone(one) for one in months), self._year()], [whole])
        figures = {
            (one.item, one.cell.unit if table.by == "commune" else one.cell.period): Figure(one.figure, one.estimated)
            for one in told
        }
        given = {label for label, _ in figures}
        return Filled(table, tuple(one for one in items if one.label in given), tuple(labels), figures)

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
