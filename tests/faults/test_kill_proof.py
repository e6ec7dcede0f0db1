"""The proof of kill_proof.py in short; `make prove-kill` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.kill_proof import prove_all_kills

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_an_intake_survives_kills_of_everything(tmp_path: Path) -> None:
    prove_all_kills(visits=200, kills=4, seed=2, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
