"""The proof of oversight_kill_proof.py in short; `make prove-oversight` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.oversight_kill_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_no_event_is_lost_or_counted_twice(tmp_path: Path) -> None:
    prove(events=3000, kills=5, seed=2, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
