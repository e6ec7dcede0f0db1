"""A helper goes when its parent is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PARENT = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import os, time
from hoso.core.jobs.helper_processes import end_with_parent
if __name__ == "__main__":
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_helper_ends_with_its_parent(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    assert _is_alive(helper)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while _is_alive(helper) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(helper)
