"""The processes of `hoso serve`: started, watched, started again when one dies, and stopped together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType

from hoso.core.errors import HosoError

PR_SET_PDEATHSIG = 1  # prctl(2)
START_SECONDS = 60.0
STOP_SECONDS = 35.0
RESTART_PAUSE_SECONDS = 2.0


def server_command(host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host.strip("[]"),
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--respawn-failed-workers",
        "--no-ws",
        "--log-level",
        "warning",
        "hoso.config.wsgi:application",
    ]


def worker_command() -> list[str]:
    return [sys.executable, "-c", "from hoso.cli import main; main()", "worker"]


def archive_command() -> list[str]:
    return [sys.executable, "-c", "from hoso.cli import main; main()", "archive"]


def sealer_command() -> list[str]:
    """It works where no other machine's sealer does, and brings this machine's spool in."""
    return [sys.executable, "-c", "from hoso.cli import main; main()", "audit", "seal"]


def cube_command() -> list[str]:
    """It holds the figures in columns, or waits while another process of this data folder does."""
    return [sys.executable, "-c", "from hoso.cli import main; main()", "statistics", "cube"]


class Supervisor:
    """Runs the commands until a signal asks to stop; one that dies is started again after a short pause."""

    def __init__(self, commands: Mapping[str, list[str]], tend: Callable[[], None] = lambda: None) -> None:
        """`tend` is called at every look around: it keeps up what the processes stand on."""
        self.commands = commands
        self.tend = tend
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def run(self, when_ready: Callable[[], None], address: tuple[str, int]) -> None:
        """Start all, say so once the address answers, watch until a signal. Raises HosoError HS1010."""
        if answers(address):
            raise HosoError("HS1010", address=f"{address[0]}:{address[1]}")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        try:
            for name in self.commands:
                self._start(name)
            self._wait_for(address)
            if not self.stopping:
                when_ready()
            while not self.stopping:
                self.tend()
                self._start_the_dead()
                time.sleep(0.5)
        finally:
            self._stop()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, name: str) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we stop the children in order.
        self.running[name] = subprocess.Popen(
            self.commands[name],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - there are no threads here
        )

    def _wait_for(self, address: tuple[str, int]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping and not answers(address):
            if self.running["web"].poll() is not None or time.monotonic() > deadline:
                raise HosoError("HS1010", address=f"{address[0]}:{address[1]}")
            time.sleep(0.05)

    def _start_the_dead(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                _end_what_it_left(process)
                time.sleep(RESTART_PAUSE_SECONDS)
                if not self.stopping:
                    self._start(name)

    def _stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _end_what_it_left(process)


def _end_what_it_left(process: subprocess.Popen[bytes]) -> None:
    """Kill what a process that ended had started: web workers whose server was killed would go on taking requests."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # each is the leader of its own session


def answers(address: tuple[str, int]) -> bool:
    """Whether something listens there; a server for every address is asked on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0].strip("[]"), address[0].strip("[]"))
    try:
        socket.create_connection((host, address[1]), timeout=1).close()
    except OSError:
        return False
    return True


def _die_with_parent() -> None:
    """In the child: be told to stop when `hoso serve` is killed, so that nothing is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os._exit(1)
