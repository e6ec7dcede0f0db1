"""No dependency comes in with a licence that is not allowed, and what we serve of others is as it came."""

import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from hoso.web.vendored import changed_files

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import licences


def test_every_run_time_dependency_has_an_allowed_licence() -> None:
    rows = list(licences.refusals())
    assert len(rows) > 20
    assert [(package, complaint) for package, _, complaint in rows if complaint] == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("AGPL-3.0-only OR MIT", True),
        ("MIT AND AGPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("AGPL-3.0-or-later", False),
        ("unknown", False),
        ("Other/Proprietary License", False),
    ],
)
def test_what_is_allowed(licence: str, allowed: bool) -> None:
    listed = tomllib.loads(licences.LIST.read_text(encoding="utf-8"))
    assert licences._is_allowed(licence, listed["allowed"]) is allowed


def test_what_a_package_says_of_itself() -> None:
    found: dict[str, Distribution] = licences.run_time_distributions()
    assert licences.licence_of(found["psycopg"]) == "LGPL-3.0-only"
    assert "pytest" not in found


def test_vendored_files_are_as_they_came() -> None:
    assert changed_files() == []
