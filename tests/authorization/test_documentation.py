"""docs/reference/authorization.md: what SMART asks the documentation to say."""

from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "authorization.md"


@pytest.mark.smart(139)
def test_it_says_what_happens_to_linked_patients() -> None:
    assert "`Patient.link`" in PAGE.read_text(encoding="utf-8")
