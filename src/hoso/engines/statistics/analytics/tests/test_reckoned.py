"""Indicators: what is missing, nothing at all, periods before, the year so far, days, rates, and one within another."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db.models import Q

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Place
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Places, Scope
from hoso.engines.statistics.analytics.reckoned import indicator_figures
from hoso.engines.statistics.analytics.tests.test_reported import put
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import items_of
from hoso.engines.statistics.indicator_catalogue import Indicator, indicators, reckoned_indicators
from hoso.engines.statistics.tests.reporting import communes
from hoso.engines.statistics.unit_groups import find_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(actor: Callable[..., Actor]) -> Iterator[Catalogue]:
    """January: 40 deliveries, 8 of adolescents. February: 60 deliveries. March: nothing."""
    (place,) = communes("80", 1)
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        found = read_catalogue()
        for month, element, figure in (("202601", "DELIV", 40), ("202601", "DELIV_TEEN", 8), ("202602", "DELIV", 60)):
            put(found, element, place.pk, place.pk, month, figure)
        yield found


def _value(catalogue: Catalogue, numerator: str, denominator: str = "1", period: str = "202601") -> float | None:
    indicator = Indicator("X01", "x", "x", "x", "", "", 1, "unverified", (), numerator, denominator)
    scope = Scope([AskedPeriod(period, (parse_period(period),))], [AskedUnits("", whole=True)])
    quotient = indicator_figures([indicator], scope, catalogue)["X01"].get(Cell(period, ""))
    return None if quotient is None else quotient.value


@pytest.mark.parametrize(
    ("numerator", "period", "value"),
    [
        ("#{DELIV}", "202601", 40),
        ("#{DELIV} + #{DELIV_TEEN}", "202602", 60),  # what is missing beside something counts as 0
        ("#{DELIV}", "202603", None),
        ("if(isNull(#{DELIV_TEEN}), 5, #{DELIV})", "202602", 5),
        ("firstNonNull(#{DELIV_TEEN}, #{DELIV})", "202602", 60),
        ("#{DELIV} - #{DELIV}.periodOffset(-1)", "202602", 20),
        ("#{DELIV}.yearToDate()", "202602", 100),
        ("#{DELIV}.yearToDate()", "202603", 100),
        ("#{DELIV}.aggregationType(MAX)", "2026Q1", 60),
        ("#{DELIV} * [days]", "202602", 60 * 28),
        ("#{DELIV} + R{tt23-4-bct.ACTUAL_REPORTS}", "202601", 40),
        ("I{MAT02}", "202601", 20),
        ("N{MAT02}", "202601", 20),
    ],
)
def test_formulas(catalogue: Catalogue, numerator: str, period: str, value: float | None) -> None:
    assert _value(catalogue, numerator, period=period) == value


def test_nothing_is_divided_by_nothing(catalogue: Catalogue) -> None:
    assert _value(catalogue, "#{DELIV}", "#{DELIV_TEEN}") == 5
    assert _value(catalogue, "#{DELIV}", "#{DELIV_TEEN} - 8") is None
    assert _value(catalogue, "#{DELIV}", "#{DELIV_TEEN}", "202602") is None


@pytest.mark.parametrize(
    ("formula", "code"), [("#{NOBODY}", "HS7034"), ("C{abcdefghijk}", "HS7032"), ("[weeks]", "HS7032"),
     ("N{DELIV}", "HS7032"), ("OUG{NOBODY}", "HS7032"), ("OUG{WARD}.aggregationType(SUM)", "HS7032")],
)  # fmt: skip
def test_a_formula_that_names_what_is_not_there(catalogue: Catalogue, formula: str, code: str) -> None:
    with pytest.raises(HosoError) as refused:
        _value(catalogue, f"#{{DELIV}} + {formula}")
    assert refused.value.code == code


def test_the_shipped_formulas_name_rows_that_are_there(catalogue: Catalogue) -> None:
    assert len(reckoned_indicators()) == 23 < len(indicators())
    for one in reckoned_indicators().values():
        for formula in (one.numerator, one.denominator):
            for item in items_of(read_formula(formula)):
                assert item.kind == "[]" or catalogue.find("element", "code", item.id) is not None, one.code


def test_units_of_a_group_are_counted_as_they_were_and_as_they_are(catalogue: Catalogue) -> None:
    """There were townships until the reform of 2025-07-01, and special zones since."""

    def count(key: str, period: str, places: Places = "as_reported") -> float | None:
        indicator = Indicator("X01", "x", "x", "x", "", "", 1, "unverified", (), f"OUG{{{key}}}", "1")
        scope = Scope([AskedPeriod("", (parse_period(period),))], [AskedUnits("", whole=True)], places=places)
        quotient = indicator_figures([indicator], scope, catalogue)["X01"].get(Cell("", ""))
        return None if quotient is None else quotient.value

    def there(kind: str, day: date) -> int:
        still = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        return Place.objects.filter(still, level=3, kind=kind, valid_from__lte=day).count()

    before, after = date(2025, 5, 31), date(2026, 1, 31)
    assert count("TOWNSHIP", "202505") == there("thi_tran", before) > 500
    assert count("TOWNSHIP", "202601") == count("TOWNSHIP", "202505", "today") == there("thi_tran", after) == 0
    assert count("SPECIAL_ZONE", "202601") == there("dac_khu", after) > 10
    assert count(find_group("WARD").uid, "202505") == there("phuong", before) != there("phuong", after)  # type: ignore[union-attr]
    assert _value(catalogue, "#{DELIV}", "OUG{RURAL_COMMUNE}") == 40 / there("xa", after)
    assert _value(catalogue, "#{DELIV}", "OUG{RURAL_COMMUNE}", "202603") is None  # nothing was reported
    assert _value(catalogue, "#{DELIV}", "OUG{TOWNSHIP}") is None  # no units to divide by
