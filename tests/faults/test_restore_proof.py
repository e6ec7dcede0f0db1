"""The proof of restore_proof.py in short; `make prove-restore` runs it whole."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.faults.restore_proof import prove

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_a_moment_in_the_middle_of_an_intake_is_restored_row_for_row() -> None:
    # Not in pytest's own folder: another run beside this one shuts it again to PostgreSQL's account, while it restores.
    with tempfile.TemporaryDirectory(prefix="hoso-restore-proof-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        figures = prove(visits=150, seed=1, folder=folder, kind=os.environ["HOSO_POSTGRES"])
    assert figures["database_mb"] > 0
