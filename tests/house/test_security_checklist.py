"""docs/security/checklist.md keeps every row, and each test it names exists."""

import pytest

from tests.house.security_checklist import PAGE, Row, rows, wrong

SECTIONS = {"AU": 9, "AC": 10, "CO": 6, "DS": 6, "LG": 6, "CR": 1, "BK": 1, "SD": 1, "IN": 1, "IM": 1, "RS": 1, "EM": 5}


def test_no_row_is_gone_and_none_stands_twice() -> None:
    wanted = [f"{section}{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
    assert [row.id for row in rows(PAGE.read_text(encoding="utf-8"))] == wanted


@pytest.mark.parametrize("row", rows(PAGE.read_text(encoding="utf-8")), ids=lambda row: row.id)
def test_every_row_names_tests_that_exist_or_says_why_not(row: Row) -> None:
    assert wrong(row) == ""


@pytest.mark.parametrize(
    ("proof", "complaint"),
    [
        ("`tests/house/test_security_checklist.py::test_no_row_is_gone_and_none_stands_twice`", ""),
        ("`tests/house/test_security_checklist.py` missing: the rest", ""),
        ("not built: later", ""),
        ("`tests/house/test_security_checklist.py::test_gone`", "no such test"),
        ("`tests/house/test_gone.py`", "no such test"),
        ("`tests/house/security_checklist.py::rows`", "no such test"),
        ("not built:", "neither"),
        ("", "neither"),
        ("`tests/house/test_security_checklist.py` missing:", "why"),
    ],
)
def test_an_empty_promise_is_seen(proof: str, complaint: str) -> None:
    told = wrong(Row("AU1", "behaviour", proof))
    assert (complaint in told) if complaint else told == ""
