"""What `hoso bench analytics` asks: the aggregate shapes of DHIS2's own performance scenarios, and a free mix.

The shapes are those of dhis2-core's `analytics-speed-get-test.json` (number of data items, periods, units; BSD-3); their data is
another country's, so is the machine: the means published there stand beside ours to show the order of size, not as a race.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Period = str


@dataclass(frozen=True)
class Shape:
    """A question of the scenarios: items × periods × units, and the means in ms that DHIS2 publishes for 42.0 and on Doris."""

    name: str
    items: int
    periods: str  # how AskedPeriods are made, see `_periods`
    units: str
    published: int
    published_doris: int


SHAPES = (
    Shape("7 items x 12 months and 5 years", 7, "12 months,5 years", "country", 165_000, 115),
    Shape(
        "10 items x 10 months and 6 years, two levels as filter", 10, "10 months,6 years", "levels as one", 3_500, 120
    ),
    Shape("7 items, one day", 7, "day", "country", 175_000, 115),
    Shape("4 items, one day", 4, "day", "country", 180_000, 120),
    Shape("2 items x 12 months", 2, "12 months", "country", 185, 120),
    Shape("4 items x 12 months", 4, "12 months", "country", 245, 120),
    Shape("1 item x 12 months", 1, "12 months", "country", 150, 120),
    Shape("4 items, this year", 4, "year", "country", 130, 120),
    Shape("1 item, 12 months as filter", 1, "12 months as one", "country", 115, 120),
    Shape("2 items, 5 years as filter", 2, "5 years as one", "country", 850, 95),
    Shape("3 items, 6 months as filter", 3, "6 months as one", "country", 140_000, 100),
    Shape("3 items x this month and 5 years", 3, "1 months,5 years", "country", 750, 100),
    Shape("1 item x 12 months x communes", 1, "12 months", "communes", 1_800, 220),
    Shape("1 item x 5 years x country, provinces, communes", 1, "5 years", "all levels", 230_000, 115),
    Shape("1 item x 12 months x provinces", 1, "12 months", "provinces", 1_800, 115),
    Shape("4 items x 12 weeks", 4, "12 weeks", "country", 2_500, 115),
    Shape("3 items x 5 years, all levels as filter", 3, "5 years", "levels as one", 235, 120),
)


class Asker:
    """Makes questions about the synthetic data."""

    def __init__(self, elements: list[int], months: list[str]) -> None:
        from django.db import connection

        self.elements, self.months = elements, months
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM places_place WHERE level = 1 AND valid_to IS NULL ORDER BY id")
            self.provinces = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT id FROM places_place WHERE level = 3 AND valid_to IS NULL ORDER BY id")
            self.communes = [row[0] for row in cursor.fetchall()]

    def shaped(self, shape: Shape, random: Random) -> tuple[Any, Any]:
        """Operands and scope of one of the scenarios."""
        from hoso.engines.statistics.analytics.question import Operand, Scope

        operands = [Operand(str(one), one, "SUM") for one in random.sample(self.elements, shape.items)]
        return operands, Scope(self._periods(shape.periods), self._units(shape.units))

    def mixed(self, way: str, random: Random) -> tuple[Any, Any]:
        """One of the free mix; 30 % span the reform of 2025-07-01."""
        from hoso.core.periods.periods import parse_period
        from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Operand, Scope

        operands = [Operand(str(one), one, way) for one in random.sample(self.elements, random.choice([1, 1, 1, 2, 4]))]
        if random.random() < 0.3:
            chosen = ["202504", "202505", "202506", "202507", "202508", "202509", "2025Q2", "2025Q3", "2025"]
        else:
            chosen = random.choice(
                [self.months[:12], self.months[-12:], ["2022", "2023", "2024"], ["2024Q1", "2024Q2"]]
            )
        periods = [
            AskedPeriod(iso, (parse_period(iso),)) for iso in random.sample(chosen, random.randint(1, len(chosen)))
        ]
        if random.random() < 0.3:
            periods = [AskedPeriod("", tuple(period for one in periods for period in one.periods))]
        units = random.choice([
            [AskedUnits("", whole=True)], [AskedUnits(str(one), (one,)) for one in self.provinces],
            [AskedUnits(str(one), (one,)) for one in random.sample(self.provinces, 3)],
            [AskedUnits(str(one), (one,)) for one in random.sample(self.communes, 60)],
        ])  # fmt: skip
        return operands, Scope(periods, units)

    def _periods(self, text: str) -> list[Any]:
        from hoso.engines.statistics.analytics.question import AskedPeriod

        found = [period for part in text.removesuffix(" as one").split(",") for period in self._some(part)]
        if text.endswith("as one") or text == "day":
            return [AskedPeriod("", tuple(found))]
        return [AskedPeriod(one.id, (one,)) for one in found]

    def _some(self, text: str) -> Iterator[Any]:
        from datetime import date

        from hoso.core.periods.kinds import PeriodType
        from hoso.core.periods.periods import parse_period, period_of

        last = parse_period(self.months[-1])
        if text == "day":
            yield period_of(PeriodType.DAY, last.end)
            return
        if text == "year":
            yield parse_period(str(last.start.year))
            return
        number, _, kind = text.partition(" ")
        kinds = {"months": last, "years": parse_period(str(last.start.year - 1)),
                 "weeks": period_of(PeriodType.WEEK, date(2026, 10, 1))}  # fmt: skip
        period = kinds[kind]
        for _ in range(int(number)):
            yield period
            period = period.previous()

    def _units(self, text: str) -> list[Any]:
        from hoso.engines.statistics.analytics.question import AskedUnits

        country = [AskedUnits("", whole=True)]
        provinces = [AskedUnits(str(one), (one,)) for one in self.provinces]
        communes = [AskedUnits(str(one), (one,)) for one in self.communes]
        return {
            "country": country, "provinces": provinces, "communes": communes,
            "all levels": [*country, *provinces, *communes],
            "levels as one": [AskedUnits("", (*self.provinces, *self.communes))],
        }[text]  # fmt: skip
