"""Running `hoso` as a user does: in a process of its own, on the test's own database."""

import os
import subprocess
import sys
from typing import Any

HOSO = [sys.executable, "-c", "from hoso.cli import main; main()"]


def run_hoso(database: Any, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The finished command; `database` is that of the fixtures own_database or own_server."""
    environment = {**os.environ, **database.environment, **settings}
    return subprocess.run(
        [*HOSO, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
