"""The proof of kill_proof.py in short; `make prove-kill` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.kill_proof import TooFast, prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_an_intake_survives_kills_of_everything(tmp_path: Path) -> None:
    for visits in (200, 800, 3200):  # a fast machine needs more of them
        folder = tmp_path / str(visits)
        folder.mkdir()
        try:
            return prove(visits=visits, kills=4, seed=2, folder=folder, kind=os.environ["HOSO_POSTGRES"])
        except TooFast as told:
            print(told)
    pytest.fail("no intake lasted long enough for four kills")
