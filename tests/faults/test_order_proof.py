"""The proof of order_proof.py in short; `make prove-order` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.order_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_doubled_and_reordered_deliveries_give_the_same_store(tmp_path: Path) -> None:
    prove(visits=60, times=4, seed=2, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
