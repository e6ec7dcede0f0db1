"""PostgreSQL's programs that need no server's account."""

import subprocess
from pathlib import Path


def run_program(program: Path, *arguments: str) -> tuple[int, str]:
    """Run to the end; returns the exit code and what it said."""
    done = subprocess.run(
        [str(program), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, cwd="/",
    )  # fmt: skip
    return done.returncode, done.stdout.decode(errors="replace")
