"""The proof of transaction_kill_proof.py in short; `make prove-transactions` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.transaction_kill_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_transactions_survive_kills_whole_or_not_at_all(tmp_path: Path) -> None:
    prove(transactions=120, kills=3, seed=2, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
