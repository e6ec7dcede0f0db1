"""Hints: each kind of relation broken and kept; what is blank is not compared."""

from decimal import Decimal

import pytest

from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.hints import hints_of


@pytest.mark.parametrize(
    ("form", "figures", "rows"),
    [
        ("tt23-4-bct", {("DELIV", ()): 10, ("DELIV_TEEN", ()): 10}, []),
        ("tt23-4-bct", {("DELIV", ()): 10, ("DELIV_TEEN", ()): 11}, [("DELIV", "DELIV_TEEN")]),
        ("tt23-4-bct", {("DELIV_TEEN", ()): 11}, []),  # blank is not zero
        ("tt23-4-bct", {("ANC4_3P", ("total",)): 3, ("ANC4_3P", ("minority",)): 4}, [("ANC4_3P",)]),
        ("tt23-4-bct", {("ANC4_3P", ("total",)): 4, ("ANC4_3P", ("minority",)): 4}, []),
        ("tt23-4-bct", {("DELIV", ()): 3, ("ANC4_3P", ("total",)): 4}, [("DELIV", "ANC4_3P")]),
        ("tt23-5-bct", {("OBC_HEM", ("cases",)): 1, ("OBC_HEM", ("deaths",)): 2}, [("OBC_HEM",)]),
        (
            "hiv05-7",
            {(row, (result,)): 1 for row in ("EID_TESTED", "EID_2M", "EID_2_18M") for result in ("negative", "positive", "indeterminate")},
            [("EID_TESTED", "EID_2M", "EID_2_18M")],
        ),
        (
            "hiv05-7",
            {(row, (result,)): 1 + (row == "EID_TESTED") for row in ("EID_TESTED", "EID_2M", "EID_2_18M") for result in ("negative", "positive", "indeterminate")},
            [],
        ),
        ("hiv05-7", {("EID_TESTED", ("negative",)): 1, ("EID_2M", ("negative",)): 5, ("EID_2_18M", ("negative",)): 5}, []),
        ("hiv05-3", {("MMT_CURRENT", ()): 10, ("MMT_OVER6", ()): 9, ("MMT_OVER12", ()): 9, ("MMT_HIV", ()): 9}, []),
    ],
)  # fmt: skip
def test_hints(form: str, figures: dict[tuple[str, tuple[str, ...]], int], rows: list[tuple[str, ...]]) -> None:
    told = hints_of(forms()[form], {key: Decimal(value) for key, value in figures.items()})
    assert [hint.rows for hint in told] == rows
    assert all(hint.vi and hint.en for hint in told)
