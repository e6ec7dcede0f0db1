"""The folder of a look is its own, gone afterwards, and one that a killed look left goes with the next."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.database import ROOT

from hoso.engines.oversight.work_folder import work_folder

KILLED = """
import os, signal
from django.conf import settings
settings.configure(HOSO_HOME=os.environ["HOSO_HOME"])
from hoso.engines.oversight.work_folder import work_folder
with work_folder() as folder:
    (folder / "events.csv").write_text("id")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOSO_HOME = tmp_path
    return tmp_path


def test_two_looks_at_once_have_a_folder_each_and_leave_none(home: Path) -> None:
    with work_folder() as one, work_folder() as other:
        (one / "events.csv").write_text("id")
        assert one != other and (one / "events.csv").exists()
        assert one.parent == home / "oversight" and one.stat().st_mode & 0o077 == 0
    assert list((home / "oversight").iterdir()) == []


def test_what_a_killed_look_left_goes_with_the_next(home: Path) -> None:
    environment = {**os.environ, "HOSO_HOME": str(home)}
    assert subprocess.run([sys.executable, "-c", KILLED], check=False, env=environment, cwd=ROOT).returncode == -9
    (left,) = (home / "oversight").iterdir()
    assert (left / "events.csv").exists()
    with work_folder():
        assert not left.exists()
