"""Which of several statements holds, and what the history says of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.people.detail_history import history
from hoso.engines.people.details import IDENTITY, Statement, detail_kinds, detail_sources, holding, in_order

START = datetime(2025, 1, 1, tzinfo=UTC)


def said(day: int, source: str = "outpatient", joined: bool = False, **details: Any) -> Statement:
    return Statement(f"visit-{day:03}", START + timedelta(days=day), source, details, joined)


def held(key: str, *statements: Statement) -> Any:
    found = holding(statements).get(key)
    return found and found.details[key]


def test_the_latest_visit_holds_and_silence_changes_nothing() -> None:
    assert held("phone", said(1, phone="1"), said(9, phone="2"), said(20, address="x")) == "2"
    assert held("phone", said(1, address="x")) is None


@pytest.mark.parametrize(("later", "holds"), [(30, "bed"), (31, "walk-in")])
def test_a_better_source_is_kept_for_its_days(later: int, holds: str) -> None:
    assert held("address", said(0, "inpatient", address="bed"), said(later, address="walk-in")) == holds
    assert held("address", said(0, address="walk-in"), said(1, "inpatient", address="bed")) == "bed"


def test_a_card_is_the_one_shown_last_whatever_the_visit() -> None:
    assert held("card", said(0, "inpatient", card=[{"number": "A"}]), said(1, card=[{"number": "B"}])) == [
        {"number": "B"}
    ]


def test_a_birth_date_known_to_the_day_is_not_given_up_for_a_year() -> None:
    day, year = ["1980-05-02", 3, ""], ["1980-01-01", 1, ""]
    assert held("birth", said(0, birth=day), said(5, birth=year)) == day
    assert held("birth", said(0, birth=year), said(5, birth=day)) == day


def test_the_name_of_somebody_found_to_be_the_same_does_not_hold() -> None:
    assert held("name", said(0, name="MAI"), said(5, joined=True, name="HÙNG")) == "MAI"
    assert held("phone", said(0, phone="1"), said(5, joined=True, phone="2")) == "2"


STATEMENTS = st.lists(
    st.builds(
        said,
        st.integers(0, 60),
        st.sampled_from([*detail_sources(), ""]),
        st.booleans(),
        address=st.sampled_from("abc"),
        birth=st.sampled_from([["1980-05-02", 3, ""], ["1980-01-01", 1, ""]]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one.encounter,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_arrival_does_not_matter(statements: list[Statement], random: Any) -> None:
    shuffled = random.sample(statements, len(statements))
    assert holding(shuffled) == holding(statements)


@given(STATEMENTS)
def test_the_history_ends_with_what_holds(statements: list[Statement]) -> None:
    found = holding(statements)
    for key in ("address", "birth"):
        kind = detail_kinds()[key]
        told = history(kind, in_order(statements), {})
        assert (told is None) == (key not in found)
        if told is None:
            assert key in IDENTITY
            continue
        assert told.now.value == found[key].details[key] and told.now.held
        assert sum(one.times for one in told.sayings) == len(statements)
        assert all(one.first_said <= one.last_said for one in told.sayings)


def test_the_history_tells_each_run_and_what_did_not_hold() -> None:
    told = history(
        detail_kinds()["address"],
        [said(0, "inpatient", address="a"), said(3, address="b"), said(9, address="a"), said(50, address="c")],
        {"visit-000": "BV A"},
    )
    assert told is not None
    assert [(one.value, one.held, one.times) for one in told.sayings] == [
        ("c", True, 1),
        ("b", False, 1),
        ("a", True, 2),
    ]
    assert told.sayings[-1].facility_name == "BV A"
