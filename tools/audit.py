"""Known advisories on the packages of the locks: `make audit`. Exit code 0: none known; 1: some; 3: no feed answered.

pip-audit asks the feeds (OSV, then PyPI). Where none answers nothing is known, and that is said and is no success.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP_AUDIT = "pip-audit==2.9.0"
FEEDS = ("osv", "pypi")
SKIPPED = "could not be audited"  # said of every package that the feed does not know
NONE_KNOWN, SOME, NO_ANSWER = 0, 1, 3


def verdict(code: int, told: str) -> int:
    """What one feed's run means. pip-audit ends with 1 both where it found something and where it could not ask."""
    if SKIPPED in told:
        return SOME if code == 1 and "Found " in told else NO_ANSWER
    if code == 0 and "No known vulnerabilities found" in told:
        return NONE_KNOWN
    if code == 1 and "Found " in told and " known vulnerabilit" in told:
        return SOME
    return NO_ANSWER


def ask(feed: str) -> tuple[int, str]:
    command = [str(ROOT / ".venv/bin/uv"), "tool", "run", PIP_AUDIT, "--vulnerability-service", feed, "--disable-pip"]
    command += ["--require-hashes", "--timeout", "15", "-r", str(ROOT / "requirements-dev.lock")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main(feeds: Sequence[str] = FEEDS) -> int:
    for feed in feeds:
        code, told = ask(feed)
        found = verdict(code, told)
        if found != NO_ANSWER:
            print(told.strip())
            return found
        print(f"{feed}: {(told.strip().splitlines() or ['?'])[-1][:200]}")
    print(
        "Không nguồn cảnh báo nào trả lời: chưa biết gì về lỗ hổng. No feed answered: nothing is known of advisories."
    )
    return NO_ANSWER


if __name__ == "__main__":
    sys.exit(main())
