"""A search is read strictly: what is unknown or does not fit is refused with its code."""

import pytest

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.plan import places_of, segments_of
from hoso.engines.records.fhir.search.query import Criterion, parse_query


def _criteria(type_name: str, pairs: list[tuple[str, str]]) -> list[Criterion]:
    return [one for one in parse_query(type_name, pairs).criteria if isinstance(one, Criterion)]


def test_alternatives_prefixes_and_escapes() -> None:
    codes, first, last = _criteria("Observation", [("code", r"a,b\,c"), ("date", "ge2026-01"), ("date", "lt2027")])
    assert [one.text for one in codes.values] == ["a", r"b\,c"]
    assert (first.values[0].prefix, first.values[0].text) == ("ge", "2026-01")
    assert (last.values[0].prefix, last.values[0].text) == ("lt", "2027")


def test_a_name_that_begins_like_a_prefix_stays_whole() -> None:
    (criterion,) = _criteria("Patient", [("name", "le")])
    assert (criterion.values[0].prefix, criterion.values[0].text) == ("eq", "le")


def test_controls() -> None:
    query = parse_query("Observation", [("_count", "5"), ("_sort", "-date,code"), ("_total", "accurate")])
    assert (query.count, query.total) == (5, "accurate")
    assert [(key.parameter.code, key.descending) for key in query.sort] == [("date", True), ("code", False)]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("colour", "red", "HS5110"),
        ("near", "1|2", "HS5110"),  # of Location, and special
        ("_has", "x", "HS5110"),
        ("code:between", "x", "HS5111"),
        ("date:exact", "2026", "HS5111"),
        ("subject:Nobody", "1", "HS5111"),
        ("code", "", "HS5112"),
        ("code:missing", "yes", "HS5112"),
        ("_count", "many", "HS5112"),
        ("_count", "100000", "HS5112"),
        ("_sort", "nothing", "HS5112"),
        ("_total", "exact", "HS5112"),
        ("code-value-quantity", "x", "HS5112"),
    ],
)
def test_what_is_refused(name: str, value: str, code: str) -> None:
    with pytest.raises(HosoError) as refused:
        parse_query("Observation", [(name, value)])
    assert refused.value.code == code


def test_a_reference_may_name_its_type() -> None:
    (criterion,) = _criteria("Observation", [("subject:Patient", "1")])
    assert criterion.modifier == "Patient"


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "Trần\udfff"])
def test_what_no_text_holds_is_refused(value: str) -> None:
    with pytest.raises(HosoError, match="HS5112"):
        parse_query("Patient", [("name", value)])


@pytest.mark.parametrize("value", ["1e5000", "-1e5000", "1e999999", "ap1e999999", "1e-999999", "9" * 400])
def test_numbers_of_any_size_are_planned_and_matched_at_once(value: str) -> None:
    """Found by fuzzing: the whole numbers between the bounds of a huge one could not be counted (500), or filled the memory."""
    query = parse_query("RiskAssessment", [("probability", value)])
    conditions = [one for one in query.criteria if isinstance(one, Criterion)]
    found = segments_of("RiskAssessment", places_of("RiskAssessment", conditions))
    assert (found is None) is (value != "1e-999999")  # a walk, where no number of a record is as large
    fits = matcher(query)
    assert fits({"resourceType": "RiskAssessment", "prediction": [{"probabilityDecimal": 0.5}]}) is False
