"""A province merged and communes split in the middle of 2026: both views of every total against expectations worked by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.core.places.decisions.tests.test_decisions import Change, applied
from hoso.core.places.models import Place
from hoso.core.places.queries import place_at
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Places, Scope
from hoso.engines.statistics.analytics.reckoned import indicator_figures
from hoso.engines.statistics.analytics.tests.test_reported import facility, put
from hoso.engines.statistics.analytics.todays_map import counts_on_map, figures_on_map
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.tests.reporting import communes

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
BEFORE, DAY = date(2026, 6, 30), date(2026, 7, 1)


class World:
    """Provinces 80 and 82 became one on 1 July 2026; of province 04 one commune was split by given shares (7 to 3), another
    without any."""

    def __init__(self, folder: Path, catalogue_of: Callable[[], Catalogue]) -> None:
        self.a, self.b = communes("80", 1)[0], communes("82", 1)[0]
        self.c, self.e = communes("04", 2)
        self.old_80, self.old_82 = self.a.parent, self.b.parent
        self.station = facility("04990", (self.c, None, None))
        given = {"share_source": "Phương án (mẫu)"}
        rows: list[Change] = [
            {"action": "merged", "level": "province", "old_code": "80", "new_code": "80", "new_name": "Tỉnh Mẫu"},
            {"action": "merged", "level": "province", "old_code": "82", "new_code": "80"},
            _split(self.c, self.c.code, "Xã Mẫu Một") | given | {"share": "0.7"},
            _split(self.c, "99001", "Xã Mẫu Hai") | given | {"share": "0.3", "facilities": "04990"},
            _split(self.e, self.e.code, "Xã Mẫu Ba"),
            _split(self.e, "99003", "Xã Mẫu Bốn"),
        ]
        applied(operator("test"), folder, *rows, in_force_from="01/07/2026", decided_on="01/06/2026")
        self.merged = _place(1, "80")
        self.new_a, self.new_b = _place(3, self.a.code), _place(3, self.b.code)
        self.c1, self.c2, self.e1, self.e2 = (_place(3, code) for code in (self.c.code, "99001", self.e.code, "99003"))
        self.north = self.c1.parent
        self.catalogue = catalogue_of()

    def put(self, element: str, place: Place, month: int, number: int) -> None:
        put(self.catalogue, element, place.pk, place.pk, f"2026{month:02}", number)

    def ask(
        self, element: str, places: Places, way: str = "SUM", period: str = "2026"
    ) -> dict[str, tuple[Decimal, bool]]:
        """Every unit's figure, and whether it is an estimate."""
        number = self.catalogue.find("element", "code", element)
        assert number is not None
        named = {name: value for name, value in vars(self).items() if isinstance(value, Place)}
        units = [AskedUnits(name, (place.pk,)) for name, place in named.items()] + [AskedUnits("all", whole=True)]
        scope = Scope([AskedPeriod("p", (parse_period(period),))], units, places=places)
        figures, guessed = figures_on_map([Operand("x", number, way)], scope)
        return {cell.unit: (figure, ("x", cell) in guessed) for cell, figure in figures["x"].items()}


def _split(place: Place, code: str, name: str) -> Change:
    return {"action": "split", "level": "commune", "old_code": place.code, "new_code": code, "new_name": name}


def _place(level: int, code: str) -> Place:
    found = place_at(level, code, DAY)
    assert found is not None
    return found


def _exact(**figures: float) -> dict[str, tuple[Decimal, bool]]:
    return {name: (Decimal(str(figure)), False) for name, figure in figures.items()}


def _guessed(**figures: float) -> dict[str, tuple[Decimal, bool]]:
    return {name: (Decimal(str(figure)), True) for name, figure in figures.items()}


@pytest.fixture
def world(actor: MakeActor, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, read_catalogue)
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        yield made


def _deliveries(world: World) -> None:
    for place, month, number in (
        (world.a, 1, 10), (world.a, 3, 20), (world.b, 2, 5), (world.new_a, 8, 30), (world.new_b, 9, 7),
        (world.c, 1, 100), (world.c, 6, 40), (world.c1, 7, 50), (world.c2, 7, 30),
        (world.e, 2, 11), (world.e1, 8, 4), (world.e2, 8, 6),
    ):  # fmt: skip
        world.put("DELIV", place, month, number)


def test_flows_of_the_year(world: World) -> None:
    _deliveries(world)
    # As reported: what was split keeps its figures, its parts have their own alone; a unit that only got a new parent goes on.
    assert world.ask("DELIV", "as_reported") == _exact(
        a=60, b=12, new_a=60, new_b=12, old_80=60, old_82=12, merged=72,
        c=140, e=11, c1=50, c2=30, e1=4, e2=6, north=241, all=313,
    )  # fmt: skip
    # Today: 50 + 0,7 × 140 = 148; 30 + 0,3 × 140 = 72; 4 + 11/2 = 9,5; 6 + 11/2 = 11,5. What is no more has nothing.
    assert world.ask("DELIV", "today") == _exact(new_a=60, new_b=12, merged=72, north=241, all=313) | _guessed(
        c1=148, c2=72, e1=9.5, e2=11.5
    )


def test_flows_before_and_after_the_day(world: World) -> None:
    _deliveries(world)
    assert world.ask("DELIV", "as_reported", period="2026Q1") == _exact(
        a=30, b=5, new_a=30, new_b=5, old_80=30, old_82=5, merged=35, c=100, e=11, north=111, all=146
    )
    assert world.ask("DELIV", "today", period="2026Q1") == _exact(
        new_a=30, new_b=5, merged=35, north=111, all=146
    ) | _guessed(c1=70, c2=30, e1=5.5, e2=5.5)
    # After the day both are the same, and nothing is an estimate.
    assert world.ask("DELIV", "today", period="2026Q3") == _exact(
        new_a=30, new_b=7, merged=37, c1=50, c2=30, e1=4, e2=6, north=90, all=127
    )


def test_a_province_s_own_figure_stands_for_its_communes_on_both_maps(world: World) -> None:
    world.put("DELIV", world.a, 1, 10)
    assert world.old_80 is not None
    world.put("DELIV", world.old_80, 1, 25)
    world.put("DELIV", world.b, 1, 5)
    assert world.ask("DELIV", "as_reported")["merged"] == (Decimal(30), False)
    assert world.ask("DELIV", "today") == _exact(new_a=10, new_b=5, merged=30, all=30)


def test_stocks(world: World) -> None:
    for place, month, number in (
        (world.a, 1, 10), (world.new_a, 8, 12), (world.b, 2, 5), (world.c, 6, 20), (world.c1, 12, 15), (world.e, 3, 8),
    ):  # fmt: skip
        world.put("NCD_CHS", place, month, number)
    # The last of each unit of today: a has 12 now, b kept 5; the split commune's 20 stands only where nobody reported since:
    # 15 in the first part, 0,3 × 20 = 6 in the second; the halves of 8 are 4 and 4.
    assert world.ask("NCD_CHS", "today", "LAST") == _exact(new_a=12, new_b=5, merged=17, c1=15) | _guessed(
        c2=6, e1=4, e2=4, north=29, all=46
    )
    # Before anybody reported on the new map: 14 + 6 + 4 + 4.
    before = world.ask("NCD_CHS", "today", "LAST", "2026S1")
    assert {name: before[name] for name in ("c1", "north", "merged")} == _exact(merged=15) | _guessed(c1=14, north=28)


def test_a_province_s_own_stock_stands_for_its_communes_where_the_province_is_asked(world: World) -> None:
    assert world.old_80 is not None
    world.put("DELIV", world.a, 1, 10)
    world.put("DELIV", world.old_80, 1, 25)
    # The commune keeps its own, whatever is asked beside it.
    assert world.ask("DELIV", "today", "LAST") == _exact(new_a=10, merged=25, all=25)


@pytest.mark.parametrize(
    ("way", "first", "second", "province"),
    [
        ("AVERAGE", (50 + 98) / (1 + 1.4), 72 / (1 + 0.6), 220 / 4),
        ("COUNT", 1 + 1.4, 1 + 0.6, 4),
        ("MIN", 40, 30, 30),
        ("MAX", 100, 100, 100),
    ],
)
def test_other_ways(world: World, way: str, first: float, second: float, province: float) -> None:
    for place, month, number in ((world.c, 1, 100), (world.c, 6, 40), (world.c1, 7, 50), (world.c2, 7, 30)):
        world.put("DELIV", place, month, number)
    told = world.ask("DELIV", "today", way)
    assert [float(told[name][0]) for name in ("c1", "c2", "north")] == pytest.approx([first, second, province])
    assert told["north"][1] is False and told["c1"][1] is True


def test_a_facility_counts_where_it_lies_today(world: World) -> None:
    put(world.catalogue, "IPD_DAYS", world.station, world.c.pk, "202601", 8)
    put(world.catalogue, "IPD_DAYS", world.station, world.c2.pk, "202607", 9)
    assert world.ask("IPD_DAYS", "as_reported") == _exact(c=8, c2=9, north=17, all=17)
    assert world.ask("IPD_DAYS", "today") == _exact(c2=17, north=17, all=17)


def test_a_closed_district_counts_where_its_whole_territory_lies(world: World) -> None:
    district = Place.objects.filter(level=2, parent__code="04", valid_to=date(2025, 7, 1)).order_by("code")[0]
    put(world.catalogue, "DELIV", district.pk, district.pk, "202503", 44)
    assert world.ask("DELIV", "as_reported", period="2025") == _exact(north=44, all=44)
    assert world.ask("DELIV", "today", period="2025") == _exact(north=44, all=44)


def test_ways_that_parts_have_not_are_refused(world: World) -> None:
    with pytest.raises(HosoError) as error:
        world.ask("DELIV", "today", "FIRST")
    assert error.value.code == "HS5300"


def test_indicators_and_reporting_rates(world: World) -> None:
    for element, place, number in (("DELIV", world.c, 100), ("DELIV_TEEN", world.c, 10), ("DELIV", world.a, 50)):
        world.put(element, place, 1, number)
    world.put("DELIV_TEEN", world.a, 1, 1)
    units = [AskedUnits(name, (getattr(world, name).pk,)) for name in ("c1", "c2", "new_a", "north")]
    scope = Scope([AskedPeriod("p", (parse_period("202601"),))], units, places="today")
    share = next(one for one in reckoned_indicators().values() if one.code == "MAT02")
    told = indicator_figures([share], scope, world.catalogue)["MAT02"]
    assert {cell.unit: (round(one.value, 6), one.estimated) for cell, one in told.items()} == {
        "c1": (10, True), "c2": (10, True), "new_a": (2, False), "north": (10, False),
    }  # fmt: skip
    data_set = world.catalogue.find("data_set", "code", "tt23-4-bct")
    assert data_set is not None
    counts, guessed = counts_on_map(data_set, scope)
    then, _ = counts_on_map(data_set, replace(scope, places="as_reported"))
    expected = {cell.unit: counts[cell][0] for cell in counts}
    assert (expected["c1"], expected["c2"], expected["new_a"]) == (Decimal("0.7"), Decimal("0.3"), 1)
    assert expected["north"] == then[Cell("p", "north")][0] > 2
    assert {cell.unit for cell in guessed} == {"c1", "c2"}
