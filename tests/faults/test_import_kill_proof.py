"""The proof of import_kill_proof.py in short; `make prove-import` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.import_kill_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_an_import_survives_kills_without_loss_or_doubles(tmp_path: Path) -> None:
    prove(lines=6000, kills=3, seed=2, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
