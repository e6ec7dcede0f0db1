"""DHIS2's own cases of its expression language: of 469, the 420 that need no fixture of theirs."""

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
    value, expected = work_out(read_formula(case["expr"])), case["expected"]
    if expected in ("NaN", "Infinity"):
        assert isinstance(value, float) and (math.isnan(value) if expected == "NaN" else value == math.inf)
    elif isinstance(expected, float | int) and not isinstance(expected, bool):
        assert value == pytest.approx(expected, abs=1e-6, rel=1e-9) and not isinstance(value, bool)
    else:
        assert value == expected and type(value) is type(expected)
