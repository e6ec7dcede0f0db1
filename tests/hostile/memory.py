"""Memory that reading a file takes above rest: `python -m tests.hostile.memory FOLDER` prints it file by file.

Every file is handled in a process of its own, forked from a small one that has only settled. Its peak is VmHWM, which
begins at the fork. (`ru_maxrss` of a child begins with the peak of whoever started it, such as a test run.)
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

MOST_ABOVE_REST = 300  # MB
Handler = Callable[[Path], object]


def measured(folder: Path, handle: Handler | None = None) -> dict[str, int]:
    """Name of each file in the folder -> MB above rest, in a fresh interpreter. Raises RuntimeError where one crashes."""
    command = [sys.executable, "-m", "tests.hostile.memory", str(folder), (handle or read_and_prepare).__name__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(map(json.loads, done.stdout.splitlines()))


def read_and_prepare(path: Path) -> None:
    """What the intake does with a file before the database."""
    from hoso.core.errors import HosoError
    from hoso.engines.intake.archives import read_package
    from hoso.engines.intake.preparing import prepare

    with path.open("rb") as stream:
        try:
            for raw in read_package(stream, path.name):
                prepare(raw, None)
        except HosoError:
            return


def read_whole(path: Path) -> int:
    """A handler as it must not be."""
    return len(bytearray(path.read_bytes()))


def _peak_of(handle: Handler, path: Path) -> int:
    """MB above rest of a forked process that handles the file. Raises RuntimeError where that process fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            rest = _kilobytes("VmRSS")
            handle(path)
            os.write(writing, str((_kilobytes("VmHWM") - rest) // 1024).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not answer:
        raise RuntimeError(f"{path.name}: the process that read it ended with {status}")
    return int(answer)


def _kilobytes(name: str) -> int:
    found = re.search(rf"^{name}:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found, f"no {name} in /proc/self/status"
    return int(found[1])


def main() -> None:
    from hoso.engines.intake.preparing import settle_helper

    folder = Path(sys.argv[1])
    handle = {one.__name__: one for one in (read_and_prepare, read_whole)}[(sys.argv[2:] or ["read_and_prepare"])[0]]
    settle_helper()
    for path in sorted(folder.iterdir()):
        print(json.dumps([path.name, _peak_of(handle, path)]), flush=True)


if __name__ == "__main__":
    main()
