"""`make audit`: silence of the feeds is told from a clean answer."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import audit


@pytest.mark.parametrize(
    ("code", "told", "verdict"),
    [
        (0, "No known vulnerabilities found", audit.NONE_KNOWN),
        (1, "Found 2 known vulnerabilities in 1 package\nName Version ID", audit.SOME),
        (1, "Found 1 known vulnerability in 1 package", audit.SOME),
        (1, "requests.exceptions.ConnectionError: Max retries exceeded", audit.NO_ANSWER),
        (2, "error: Failed to fetch pip-audit", audit.NO_ANSWER),
        (0, "", audit.NO_ANSWER),
        (0, "yarl could not be audited: yarl (1.25.1)\nNo known vulnerabilities found", audit.NO_ANSWER),
    ],
)
def test_what_a_run_means(code: int, told: str, verdict: int) -> None:
    assert audit.verdict(code, told) == verdict


def test_without_an_answer_it_is_said_and_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "ask", lambda feed: (1, "ConnectionError"))
    assert audit.main() == audit.NO_ANSWER
    assert "No feed answered" in capsys.readouterr().out
    answers = iter([(1, "ConnectionError"), (0, "No known vulnerabilities found")])
    monkeypatch.setattr(audit, "ask", lambda feed: next(answers))
    assert audit.main() == audit.NONE_KNOWN
