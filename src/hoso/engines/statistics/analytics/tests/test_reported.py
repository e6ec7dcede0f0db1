"""Figures added up by the database against a slow second way, for random reports of units at several tiers."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.periods.periods import parse_period
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import FacilityLink, Place
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Breakdown, Cell, Operand, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS, reported_figures
from hoso.engines.statistics.analytics.tests.slow_figures import Row, chain, slow_figure, stored_rows
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.tests.reporting import communes
from hoso.engines.statistics.uids import split_uid

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
PERIODS = ("202601", "202602", "202603", "202604", "2026Q1", "2026Q2", "2026S1", "2026")
ASKED = ("202601", "202602", "2026Q1", "2026S1", "2026", "2025")


@pytest.fixture
def ministry(actor: MakeActor) -> Iterator[Catalogue]:
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        yield read_catalogue()


def put(catalogue: Catalogue, element: str, unit: int, place: int, iso: str, number: int, split: int = 0) -> None:
    """Straight into the store, whatever a form would say."""
    period = parse_period(iso)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_act (account_id, actor, kind, rows)"
            " VALUES (access_actor(), 'thử', 'import', 1) RETURNING id"
        )
        act = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [period.id, period.type.value, period.start, period.end],
        )
        cursor.execute(
            "INSERT INTO statistics_value (unit_id, period_id, element_id, split_id, attribute_id, place_id, facility_id,"
            " number, act_id, first_act_id) SELECT %s, id, %s, %s, %s, %s, %s, %s, %s, %s FROM statistics_period"
            " WHERE iso = %s",
            [unit, catalogue.find("element", "code", element), split or catalogue.default_split,
             catalogue.default_split, place, max(-unit, 0), number, act, act, period.id],
        )  # fmt: skip


def facility(code: str, *links: tuple[Place, date | None, date | None]) -> int:
    """A facility that lay in these places; its number as a unit."""
    made = ensure_facility(code)
    for place, first, last in links:
        FacilityLink.objects.create(facility=made, place=place, valid_from=first, valid_to=last)
    return -made.pk


def _ask(catalogue: Catalogue, element: str, way: str, periods: Any, units: Any, **more: Any) -> dict[Cell, Any]:
    number = catalogue.find("element", "code", element)
    assert number is not None
    asked = [AskedPeriod(iso, (parse_period(iso),)) for iso in periods]
    return reported_figures([Operand("x", number, way)], Scope(asked, units, **more))["x"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("element", "consolidated"), [("DELIV", True), ("NCD_CHS", False)])
def test_every_way_equals_the_slow_one(ministry: Catalogue, seed: int, element: str, consolidated: bool) -> None:
    random = Random(seed)
    here, there = communes("80", 3), communes("01", 2)
    moved = facility("80999", (here[0], None, date(2026, 2, 1)), (here[1], date(2026, 2, 1), None))
    province = here[0].parent
    assert province is not None
    for unit, place in [*((one.pk, one.pk) for one in here + there), (province.pk, province.pk)]:
        for iso in PERIODS:
            if random.random() < 0.45:
                put(ministry, element, unit, place, iso, random.randint(0, 40))
    put(ministry, element, moved, here[0].pk, "202601", 7)
    put(ministry, element, moved, here[1].pk, "202602", 11)
    rows = stored_rows()
    above = {place: chain(place) for place in {row.place for row in rows}}
    units = [AskedUnits("", whole=True), *(AskedUnits(str(one.pk), (one.pk,)) for one in (*here, province))]
    units.append(AskedUnits("moved", facilities=(moved,)))

    def inside(label: str) -> Callable[[Row], bool]:
        if label == "":
            return lambda row: True
        return lambda row: row.unit == moved if label == "moved" else int(label) in above[row.place]

    for way in ("SUM", "AVERAGE", "COUNT", "MIN", "MAX"):
        found = _ask(ministry, element, way, ASKED, units)
        for iso in ASKED:
            for one in units:
                slow = slow_figure(rows, element, parse_period(iso), inside(one.label), way, consolidated)
                fast = found.get(Cell(iso, one.label))
                assert (fast is None) == (slow is None) and (
                    slow is None or fast is not None and abs(fast - slow) < 1e-9
                ), (way, iso, one)


@pytest.mark.parametrize("seed", range(4))
def test_the_last_figure_of_each_unit_counts(ministry: Catalogue, seed: int) -> None:
    random = Random(seed)
    here = communes("80", 4)
    for place in here:
        for iso in PERIODS[:4]:
            if random.random() < 0.6:
                put(ministry, "NCD_CHS", place.pk, place.pk, iso, random.randint(0, 40))
    rows = stored_rows()
    found = _ask(ministry, "NCD_CHS", "LAST", ASKED, [AskedUnits("", whole=True)])
    for iso in ASKED:
        slow = slow_figure(rows, "NCD_CHS", parse_period(iso), lambda row: True, "LAST", False)
        assert found.get(Cell(iso, "")) == slow


@pytest.mark.parametrize("way", AGGREGATIONS)
def test_a_single_figure_is_itself_in_every_way(ministry: Catalogue, way: str) -> None:
    (place,) = communes("80", 1)
    put(ministry, "DELIV", place.pk, place.pk, "202601", 5)
    figure = 1 if way == "COUNT" else 5
    expected = {Cell("202601", "x"): figure, Cell("2026Q1", "x"): figure}
    if way in ("STDDEV", "VARIANCE"):
        expected = {}  # one figure has no spread
    assert _ask(ministry, "DELIV", way, ["202601", "2026Q1", "202602"], [AskedUnits("x", (place.pk,))]) == expected


def test_spread_and_what_may_not_be_added_up(ministry: Catalogue) -> None:
    for place, number in zip(communes("80", 4), (2, 4, 4, 6), strict=True):
        put(ministry, "DELIV", place.pk, place.pk, "202601", number)
    units = [AskedUnits("all", whole=True), AskedUnits("one", (communes("80", 1)[0].pk,))]
    assert round(_ask(ministry, "DELIV", "VARIANCE", ["2026"], units)[Cell("2026", "all")], 9) == Decimal("2.666666667")
    assert round(_ask(ministry, "DELIV", "STDDEV", ["2026"], units)[Cell("2026", "all")], 9) == Decimal("1.632993162")
    assert _ask(ministry, "DELIV", "NONE", ["2026"], units) == {Cell("2026", "one"): 2}


def test_a_moved_unit_counts_where_it_lay_and_its_last_figure_once(ministry: Catalogue) -> None:
    one, other = communes("80", 2)
    unit = facility("80998", (one, None, date(2026, 2, 1)), (other, date(2026, 2, 1), None))
    put(ministry, "BEDS_PLAN", unit, one.pk, "202601", 100)
    put(ministry, "BEDS_PLAN", unit, other.pk, "202602", 120)
    units = [AskedUnits("", whole=True), AskedUnits("one", (one.pk,)), AskedUnits("other", (other.pk,))]
    assert _ask(ministry, "BEDS_PLAN", "LAST", ["2026"], units) == {Cell("2026", ""): 120, Cell("2026", "other"): 120}
    assert _ask(ministry, "BEDS_PLAN", "SUM", ["2026"], units) == {
        Cell("2026", ""): 220, Cell("2026", "one"): 100, Cell("2026", "other"): 120,
    }  # fmt: skip


def test_of_overlapping_options_only_the_total_counts(ministry: Catalogue) -> None:
    """`trong đó: dân tộc thiểu số` lies inside the total: adding the two would count it twice."""
    (place,) = communes("80", 1)
    total, minority = (_split(ministry, "of_which_minority", name) for name in ("total", "minority"))
    put(ministry, "ANC4_3P", place.pk, place.pk, "202601", 30, total)
    put(ministry, "ANC4_3P", place.pk, place.pk, "202601", 8, minority)
    units = [AskedUnits("", whole=True)]
    assert _ask(ministry, "ANC4_3P", "SUM", ["202601"], units) == {Cell("202601", ""): 30}
    assert _ask(ministry, "ANC4_3P", "SUM", ["202601"], units, breakdown=Breakdown(splits=[])) == {
        Cell("202601", "", total): 30, Cell("202601", "", minority): 8,
    }  # fmt: skip


def _split(catalogue: Catalogue, dimension: str, option: str) -> int:
    number = catalogue.find("dimension", "code", dimension)
    chosen = catalogue.find("option", "code", f"{dimension}.{option}")
    combo = next(combo for combo, dimensions in catalogue.combos.items() if dimensions == (number,))
    assert chosen is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_split (uid, name, combo_id, options) VALUES (%s, %s, %s, %s) RETURNING id",
            [split_uid(catalogue.combo_uids[combo], [catalogue.option_uids[chosen]]), option, combo, [chosen]],
        )
        return int(cursor.fetchone()[0])


def test_nobody_sees_more_than_row_security_shows(actor: MakeActor, ministry: Catalogue) -> None:
    ours, theirs = communes("80", 2)
    for place in (ours, theirs):
        put(ministry, "DELIV", place.pk, place.pk, "202601", 5)
    with acting_transaction(actor("statistics_officer", place=ours).account_id, "statistics"):
        assert _ask(ministry, "DELIV", "SUM", ["202601"], [AskedUnits("", whole=True)]) == {Cell("202601", ""): 5}
