"""docs/security/smart-requirements.md: every row once, proved or with a reason, as the tests and the data have it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import write_smart_requirements as rows

IDS = {int(row["ID"]) for row in rows.requirements()}


def test_the_sheet_is_whole() -> None:
    assert len(rows.requirements()) == len(IDS) == 263


def test_every_row_is_proved_or_has_a_reason_and_never_both() -> None:
    proved, reasons = set(rows.proofs()), rows.unproved()
    assert proved | set(reasons) == IDS
    assert proved & set(reasons) == set()
    assert {verdict for verdict, _ in reasons.values()} <= {"fail", "not applicable"}
    assert all(len(why) > 20 for _, why in reasons.values())


def test_no_obligation_fails() -> None:
    failing = {row for row, (verdict, _) in rows.unproved().items() if verdict == "fail"}
    obligations = {int(row["ID"]) for row in rows.requirements() if row["Conformance"].startswith("SHALL")}
    assert failing & obligations == set()


def test_the_page_is_up_to_date() -> None:
    assert rows.PAGE.read_text(encoding="utf-8") == rows.page(), "run tools/write_smart_requirements.py"


def test_a_row_without_test_or_reason_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "unproved", dict)
    with pytest.raises(KeyError):
        rows.page()
