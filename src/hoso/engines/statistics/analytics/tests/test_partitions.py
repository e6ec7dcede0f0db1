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
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Place, Succession
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Places, Scope
from hoso.engines.statistics.analytics.reported import OWN_WAY
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


@pytest.mark.parametrize("places", ["as_reported", "today"])
@pytest.mark.parametrize("way", ["SUM", "AVERAGE", "LAST", "COUNT"])
@in_database
@given(data=st.data())
def test_groups_give_the_whole(
    ministry: Catalogue, hanoi: Place, reporting: list[Place], way: str, places: Places, data: st.DataObject
) -> None:
    element = _element(ministry, "last" if way == "LAST" else "sum")
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
        if way == "LAST":
            by_month = [list(MONTHS)]  # over time the last counts; below

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
    else:
        found = sum(parts.values(), Decimal(0))
    assert abs(found - total) <= NEAR, (found, total)


def _asked(groups: Sequence[Sequence[str]]) -> list[AskedPeriod]:
    return [AskedPeriod(str(number), tuple(parse_period(one) for one in group)) for number, group in enumerate(groups)]


def _split(place: Place) -> bool:
    return place.followed_by.filter(relation="split").exists()


@in_database
@given(figures=st.dictionaries(st.sampled_from(MONTHS[6:]), st.integers(0, 99)), cut=st.integers(1, 5))
def test_the_last_of_the_whole_is_that_of_the_last_part_with_any(
    ministry: Catalogue, hanoi: Place, figures: dict[str, int], cut: int
) -> None:
    """For a stock, and for what is told cumulatively, which is added up in the same way."""
    assert OWN_WAY["last"] == OWN_WAY["cumulative"] == "LAST"
    element = _element(ministry, "last")
    place = Place.objects.filter(parent=hanoi, valid_to__isnull=True).order_by("code")[0]
    months = MONTHS[6:]
    with transaction.atomic():
        for month, number in figures.items():
            put(ministry, element, place.pk, place.pk, month, number)
        operand = Operand("x", ministry.names["element"]["code"][element], "LAST")
        periods = [*_asked([months[:cut], months[cut:]]), AskedPeriod("all", tuple(map(parse_period, months)))]
        told = figures_on_map([operand], Scope(periods, [AskedUnits("u", (place.pk,))]))[0]["x"]
        transaction.set_rollback(True)
    there = [told[Cell(label, "u")] for label in ("0", "1") if Cell(label, "u") in told]
    assert told.get(Cell("all", "u")) == (there[-1] if there else None)
