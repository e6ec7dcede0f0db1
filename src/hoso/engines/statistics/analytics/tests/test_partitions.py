"""Whatever way places and periods are cut into groups, the groups give the whole, for each way that elements are added up by,
on both maps."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Place, Succession
from hoso.engines.statistics.analytics.data_items import find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Places, Scope
from hoso.engines.statistics.analytics.tests.test_reported import put
from hoso.engines.statistics.analytics.todays_map import figures_on_map
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue

pytestmark = pytest.mark.django_db
Thing = TypeVar("Thing")
NEAR = Decimal("0.0001")
MONTHS = [f"2025{month:02}" for month in range(1, 13)]  # the old communes report until June, those of today from July
in_database = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ministry(actor: Callable[..., Actor]) -> Iterator[Catalogue]:
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        yield read_catalogue()


@pytest.fixture
def hanoi() -> Place:
    return Place.objects.get(level=1, code="01", valid_to__isnull=True)


@pytest.fixture
def reporting(hanoi: Place) -> list[Place]:
    """Communes before the reform, most of them split, and some of today."""
    split = Succession.objects.filter(relation="split", new__parent=hanoi).order_by("old__code", "new__code")
    whole = Succession.objects.exclude(relation="split").filter(new__parent=hanoi, old__level=3).order_by("old__code")
    old = [one.old for one in split[:6]] + [one.old for one in whole[:2]]
    today = [one.new for one in split[:6]] + [one.new for one in whole[:2]]
    return list({place.pk: place for place in old + today}.values())


def _element(catalogue: Catalogue, way: str) -> str:
    """A shipped row of one tier with this way of adding up."""
    tiers = {
        number: {tier for one in catalogue.data_sets.values() if number in one.elements for tier in one.tiers}
        for number in catalogue.elements
    }
    codes = {number: code for code, number in catalogue.names["element"]["code"].items()}
    return next(
        codes[number]
        for number, one in sorted(catalogue.elements.items())
        if one.aggregation == way and tiers[number] == {"commune"} and one.combo_id == _plain(catalogue)
    )


def _plain(catalogue: Catalogue) -> int:
    return next(number for number, dimensions in catalogue.combos.items() if not dimensions)


def _groups(names: Sequence[int], things: Sequence[Thing]) -> list[list[Thing]]:
    """Things under the same number together."""
    return [[thing for name, thing in zip(names, things, strict=True) if name == group] for group in sorted(set(names))]


# Of the ways of adding up those that parts of units have on today's map too, and FIRST, which they do not have.
WAYS = [
    (way, places) for way in ("SUM", "AVERAGE", "LAST", "COUNT", "MIN", "MAX") for places in ("as_reported", "today")
]


@pytest.mark.parametrize(("way", "places"), [*WAYS, ("FIRST", "as_reported")])
@in_database
@given(data=st.data())
def test_groups_give_the_whole(
    ministry: Catalogue, hanoi: Place, reporting: list[Place], way: str, places: Places, data: st.DataObject
) -> None:
    element = _element(ministry, "last" if way in ("LAST", "FIRST") else "sum")
    with transaction.atomic():
        for place in reporting:
            for month in MONTHS:
                there = place.valid_from <= parse_period(month).end and (
                    place.valid_to is None or parse_period(month).end < place.valid_to
                )
                if there and data.draw(st.integers(0, 3)) == 0:
                    put(ministry, element, place.pk, place.pk, month, data.draw(st.integers(0, 99)))
        today = list(Place.objects.filter(parent=hanoi, valid_to__isnull=True).order_by("code"))
        # As reported, the old communes are groups of their own where they were split.
        leaves = today if places == "today" else today + [one for one in reporting if one.valid_to and _split(one)]
        by_place = _groups(data.draw(st.lists(st.integers(0, 4), min_size=len(leaves), max_size=len(leaves))), leaves)
        by_month = _groups(data.draw(st.lists(st.integers(0, 3), min_size=12, max_size=12)), MONTHS)
        if way in ("LAST", "FIRST"):
            by_month = [list(MONTHS)]  # over time the last, or the first, counts; below

        def ask(periods: list[AskedPeriod], units: list[AskedUnits], how: str) -> dict[Cell, Decimal]:
            operand = Operand("x", ministry.names["element"]["code"][element], how)
            return figures_on_map([operand], Scope(periods, units, places=places))[0]["x"]

        whole = _asked([list(MONTHS)]), [AskedUnits("0", (hanoi.pk,))]
        groups = (
            _asked(by_month),
            [AskedUnits(str(n), tuple(one.pk for one in group)) for n, group in enumerate(by_place)],
        )
        expected = ask(*whole, way)
        parts = ask(*groups, way)
        counts = ask(*groups, "COUNT")
        transaction.set_rollback(True)
    if not expected:
        assert not parts
        return
    (total,) = expected.values()
    if way == "AVERAGE":
        found = sum((parts[cell] * counts[cell] for cell in parts), Decimal(0)) / sum(counts.values(), Decimal(0))
    elif way in ("MIN", "MAX"):
        found = min(parts.values()) if way == "MIN" else max(parts.values())
    else:
        found = sum(parts.values(), Decimal(0))
    assert abs(found - total) <= NEAR, (found, total)


def _asked(groups: Sequence[Sequence[str]]) -> list[AskedPeriod]:
    return [AskedPeriod(str(number), tuple(parse_period(one) for one in group)) for number, group in enumerate(groups)]


def _split(place: Place) -> bool:
    return place.followed_by.filter(relation="split").exists()


@pytest.mark.parametrize(("way", "places"), [("LAST", "as_reported"), ("LAST", "today"), ("FIRST", "as_reported")])
@in_database
@given(
    figures=st.dictionaries(st.tuples(st.integers(0, 2), st.sampled_from(MONTHS[6:])), st.integers(0, 99)),
    cut=st.integers(1, 5),
)
def test_over_time_the_last_or_first_part_with_any_counts_unit_by_unit(
    ministry: Catalogue, hanoi: Place, way: str, places: Places, figures: dict[tuple[int, str], int], cut: int
) -> None:
    """Of several units each has its own last figure, whenever that was, and the whole is their sum."""
    element, months = _element(ministry, "last"), MONTHS[6:]
    communes = list(Place.objects.filter(parent=hanoi, valid_to__isnull=True).order_by("code")[:3])
    with transaction.atomic():
        for (unit, month), number in figures.items():
            put(ministry, element, communes[unit].pk, communes[unit].pk, month, number)
        units = [AskedUnits(str(number), (one.pk,)) for number, one in enumerate(communes)]
        told = _over_time(ministry, element, way, places, [months[:cut], months[cut:]], units)
        transaction.set_rollback(True)
    whole: dict[str, Decimal] = {}
    for label in ("0", "1", "2"):
        there = [told[Cell(part, label)] for part in ("0", "1") if Cell(part, label) in told]
        assert told.get(Cell("all", label)) == (there[-1 if way == "LAST" else 0] if there else None)
        whole |= {label: told[Cell("all", label)]} if there else {}
    assert told.get(Cell("all", "all")) == (sum(whole.values()) if whole else None)


def _over_time(
    catalogue: Catalogue,
    element: str,
    way: str,
    places: Places,
    parts: Sequence[Sequence[str]],
    units: list[AskedUnits],
) -> dict[Cell, Decimal]:
    """By part of the time and by all of it, by unit and by all together."""
    every = [period for part in parts for period in part]
    periods = [*_asked(parts), AskedPeriod("all", tuple(map(parse_period, every)))]
    together = AskedUnits("all", tuple(place for one in units for place in one.places))
    operand = Operand("x", catalogue.names["element"]["code"][element], way)
    return figures_on_map([operand], Scope(periods, [*units, together], places=places))[0]["x"]


@pytest.mark.parametrize("places", ["as_reported", "today"])
@in_database
@given(
    figures=st.dictionaries(st.tuples(st.integers(0, 1), st.integers(1, 4)), st.integers(0, 99)), cut=st.integers(1, 3)
)
def test_what_is_told_cumulatively_counts_as_its_last_report(
    ministry: Catalogue, hanoi: Place, places: Places, figures: dict[tuple[int, int], int], cut: int
) -> None:
    """A row that is shipped as cumulative, over the quarters of its form (TT 05/2023)."""
    code = next(code for code, number in ministry.names["element"]["code"].items()
                if ministry.elements[number].aggregation == "cumulative")  # fmt: skip
    item = find_item(ministry, code, "code")
    assert isinstance(item, Operand) and item.aggregation == "LAST"
    communes = list(Place.objects.filter(parent=hanoi, valid_to__isnull=True).order_by("code")[:2])
    quarters = [f"2026Q{number}D15" for number in (1, 2, 3, 4)]
    with transaction.atomic():
        for (unit, quarter), number in figures.items():
            put(ministry, code, communes[unit].pk, communes[unit].pk, quarters[quarter - 1], number)
        units = [AskedUnits(str(number), (one.pk,)) for number, one in enumerate(communes)]
        told = _over_time(ministry, code, item.aggregation, places, [quarters[:cut], quarters[cut:]], units)
        transaction.set_rollback(True)
    last = {unit: figures[unit, max(q for u, q in figures if u == unit)] for unit in {unit for unit, _ in figures}}
    assert {cell.unit: figure for cell, figure in told.items() if cell.period == "all"} == (
        {**{str(unit): figure for unit, figure in last.items()}, "all": sum(last.values())} if last else {}
    )


@in_database
@given(
    figures=st.dictionaries(st.tuples(st.integers(0, 2), st.sampled_from(MONTHS[6:])), st.integers(0, 99), max_size=3)
)
def test_what_is_not_added_up_is_told_where_it_stands_alone(
    ministry: Catalogue, hanoi: Place, figures: dict[tuple[int, str], int]
) -> None:
    """And of a whole with several figures nothing is told, however it is cut. Parts of units have no such figure."""
    element = _element(ministry, "sum")
    communes = list(Place.objects.filter(parent=hanoi, valid_to__isnull=True).order_by("code")[:3])
    units = [AskedUnits(str(number), (one.pk,)) for number, one in enumerate(communes)]
    with transaction.atomic():
        for (unit, month), number in figures.items():
            put(ministry, element, communes[unit].pk, communes[unit].pk, month, number)
        told = _over_time(ministry, element, "NONE", "as_reported", [[month] for month in MONTHS[6:]], units)
        with pytest.raises(HosoError, match="HS5300"):
            _over_time(ministry, element, "NONE", "today", [MONTHS[6:]], units)
        transaction.set_rollback(True)
    expected: dict[Cell, list[int]] = {}
    for (unit, month), number in figures.items():
        for period in (str(MONTHS[6:].index(month)), "all"):
            for label in (str(unit), "all"):
                expected.setdefault(Cell(period, label), []).append(number)
    assert told == {cell: numbers[0] for cell, numbers in expected.items() if len(numbers) == 1}
