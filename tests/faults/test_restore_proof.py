"""The proof of restore_proof.py in short; `make prove-restore` runs it whole."""

import os
from pathlib import Path

import pytest

from tests.faults.restore_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_a_moment_in_the_middle_of_an_intake_is_restored_row_for_row(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    figures = prove(visits=150, seed=1, folder=tmp_path, kind=os.environ["HOSO_POSTGRES"])
    assert figures["database_mb"] > 0
