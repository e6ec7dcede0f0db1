"""DHIS2's own cases of its expression language: of 469, the 420 that need no fixture of theirs, and 42 of the 49 others.

Of those, 18 come with their samples; for 24 the samples are built here after what the test's name says. Left out are seven: one of
each pair whose samples the collection holds for the other alone (median of an odd count, of what is not a number, variance),
`normDistCum` (the figure it is asked of is not in the collection), `d2:lastEventDate` (events of a person), and two with
Android's `VAR{}`.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from hoso.core.errors import HosoError
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.working_out import work_out

CASES = json.loads((Path(__file__).parent / "expressions" / "expression_parser_cases.json").read_bytes())
ALONE = [case for case in CASES if not case.get("needs")]
OTHERS = [case for case in CASES if case.get("needs")]
BY_HAND: dict[str, list[Any]] = {
    "testCountIfValue_Null": [1.0, None], "testCountIfValue_NoCandidates": [], "testCountIfValue_Number": [1.0, 2.0, 1.0],
    "testCountIfValue_Boolean": [True, False, True], "testCountIfValue_String": ["a", "b", "a"],
    "testCountIfZeroPos_Empty": [], "testCountIfZeroPos_Zero": [0.0, 0.0], "testCountIfZeroPos_Positive": [1.0, 2.0, 3.0],
    "testCountIfZeroPos_Negative": [-1.0, -2.0], "testCountIfZeroPos_Mixed": [0.0, 1.0, -1.0, 2.0, 3.0],
    "testCount_NoCandidates": [], "testCount_EmptyCandidates": [None], "testMaxValue_Empty": [], "testMaxValue": [1.0, 42.0],
    "testMinValue_Empty": [], "testMinValue_Positive": [1.0, 42.0], "testMinValue_Negative": [-42.0, 1.0],
}  # fmt: skip
COUNTS: dict[str, list[Any]] = {"values": [1.0, None], "values2": [1.0, 2.0]}  # testCount_Candidates
# The collection holds what the second test of the name takes.
OF_THE_OTHER = {("testMedian_Odd", "dataValues"), ("testMedian_NaN", "dataValues"), ("testVariance", "dataValues")}
UNKNOWN = {"testLastEventDate_Undefined", "testSecondLevelOrgunit", "testConcatenateUserOrgunit", "testNormDistCum"}
# They need WHO's tables of child growth, which are not here (their refusals of missing arguments are).
GROWTH = "d2:zScore"


def test_how_many_there_are() -> None:
    assert (len(CASES), len(ALONE)) == (469, 420)
    assert sum(case["expr"].startswith(GROWTH) and "error" not in case for case in ALONE) == 12


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case["expr"][:40])
def test_case(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(HosoError, match=r"HS703[012]"):
            work_out(read_formula(case["expr"]))
        return
    if case["expr"].startswith(GROWTH):
        with pytest.raises(HosoError, match="HS7030"):
            read_formula(case["expr"])
        return
    _is(work_out(read_formula(case["expr"])), case["expected"])


def _samples(case: dict[str, Any]) -> dict[str, list[Any]] | None:
    """The figures of each item over the samples; None for a case that cannot be built."""
    if case["test"] in UNKNOWN or (case["test"], case["needs"]) in OF_THE_OTHER:
        return None
    if case["data"] is not None:
        return {item: [float(one) for one in figures] for item, figures in case["data"].items()}
    if case["test"] == "testCount_Candidates":
        return {"v1": COUNTS[case["needs"]]}
    return {"v1": BY_HAND[case["test"]]}


BUILT = [(case, found) for case in OTHERS if (found := _samples(case)) is not None]


def test_how_many_are_built() -> None:
    assert len(BUILT) == 42


@pytest.mark.parametrize(("case", "samples"), BUILT, ids=lambda one: str(one.get("test", ""))[:40])
def test_case_over_samples(case: dict[str, Any], samples: dict[str, list[Any]]) -> None:
    length = max(map(len, samples.values()))
    looks = [lambda item, at=at: samples[item.id][at] for at in range(length)]
    _is(work_out(read_formula(case["expr"], over_samples=True), samples=looks), case["expected"])


def test_functions_over_samples_are_refused_where_there_are_none() -> None:
    with pytest.raises(HosoError, match="HS7030"):
        read_formula("avg(#{DELIV})")


def _is(value: Any, expected: Any) -> None:
    if expected in ("NaN", "Infinity"):
        assert isinstance(value, float) and (math.isnan(value) if expected == "NaN" else value == math.inf)
    elif isinstance(expected, float | int) and not isinstance(expected, bool):
        assert value == pytest.approx(expected, abs=1e-6, rel=1e-9) and not isinstance(value, bool)
    else:
        assert value == expected and type(value) is type(expected)
