"""`hoso serve`: answers, stops cleanly, starts again what dies, keeps a demonstration to this machine."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.cli.processes import answers
from hoso.cli.tests.running import HOSO, run_hoso

CHILDREN = 4  # web server, sealer of the audit, holder of the cube, worker


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(process: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _answering(web: int) -> list[int]:
    """The processes that the web server answers with; Python's resource tracker beside them is none."""
    found = _children(web)
    return [one for one in found if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def _wait(what: Any, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.1)
    return False


class Served:
    """A running `hoso serve`."""

    def __init__(self, database: Any) -> None:
        self.port = _free_port()
        environment = {**os.environ, **database.environment, "HOSO_BIND": f"127.0.0.1:{self.port}"}
        self.process = subprocess.Popen(
            [*HOSO, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def is_up(self) -> bool:
        return answers(("127.0.0.1", self.port))


@pytest.fixture
def served(own_database: Any) -> Iterator[Served]:
    server = Served(own_database)
    assert _wait(server.is_up)
    yield server
    server.process.kill()
    server.process.wait()


def test_serves_the_sign_in_page_and_stops_cleanly(served: Served) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/sign-in/", timeout=30) as answer:
        assert answer.status == 200
    assert _wait(lambda: len(_children(served.process.pid)) == CHILDREN)
    children = _children(served.process.pid)
    time.sleep(2)  # the worker has its signal handlers
    served.process.send_signal(signal.SIGTERM)
    output, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 0
    assert f"http://127.0.0.1:{served.port}/" in output
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not served.is_up()


def test_a_dead_child_is_started_again(served: Served) -> None:
    assert _wait(lambda: len(_children(served.process.pid)) == CHILDREN)
    web = min(_children(served.process.pid))
    assert _wait(lambda: _answering(web))
    workers = _answering(web)
    os.kill(web, signal.SIGKILL)
    assert _wait(lambda: web not in _children(served.process.pid) and len(_children(served.process.pid)) == CHILDREN)
    assert _wait(served.is_up)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def test_nothing_is_left_when_serve_is_killed(served: Served) -> None:
    assert _wait(lambda: len(_children(served.process.pid)) == CHILDREN)
    time.sleep(2)
    served.process.kill()
    assert _wait(lambda: not served.is_up())


def test_an_address_in_use_is_told(served: Served, own_database: Any) -> None:
    done = run_hoso(own_database, "serve", HOSO_BIND=f"127.0.0.1:{served.port}")
    assert (done.returncode, done.stderr[:6]) == (2, "HS1010")


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "192.0.2.1:8000", "[::]:8000", "example.invalid:8000"])
def test_a_demonstration_is_kept_to_this_machine(address: str, own_database: Any) -> None:
    (own_database.home / "demo").mkdir()
    done = run_hoso(own_database, "serve", HOSO_BIND=address)
    assert (done.returncode, done.stderr[:6]) == (2, "HS1005")
