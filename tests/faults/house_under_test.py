"""A data folder with its own PostgreSQL, a real worker and a sender, all of which can be killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from hoso.core.database import embedded

ROOT = Path(__file__).resolve().parents[2]
PREPARE = "from hoso.cli.house import bring_up_to_date, open_house; open_house(); bring_up_to_date()"


class House:
    """One data folder. The proof itself keeps the server running; nobody else stops it."""

    def __init__(self, home: Path, kind: str = "wheel") -> None:
        self.home, self.kind = home, kind
        self.acknowledged = home.parent / f"{home.name}-acknowledged"
        self.log = (home.parent / f"{home.name}.log").open("ab")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.database = embedded.start(home, kind)

    def prepare(self) -> None:
        """Schema and shipped definitions."""
        self._start("prepare", "-c", PREPARE).wait()
        assert self.running.pop("prepare").returncode == 0, f"see {self.log.name}"

    def start_worker(self) -> None:
        self._start("worker", "-c", "from hoso.cli import main; main()", "worker")

    def start_sender(self, listing: Path) -> None:
        self._start("sender", "-m", "tests.faults.uploader", str(listing), str(self.acknowledged))

    def start_archiving(self, folder: Path, seconds: int) -> None:
        settings = {"HOSO_BACKUP": str(folder), "HOSO_ARCHIVE_SECONDS": str(seconds)}
        self._start("archive", "-c", "from hoso.cli import main; main()", "archive", **settings)

    def start_sealer(self, checkpoints: Path) -> None:
        """The audit's sealer, its checkpoints outside of the data folder."""
        self._start(
            "sealer",
            "-c",
            "from hoso.cli import main; main()",
            "audit",
            "seal",
            HOSO_AUDIT_CHECKPOINTS=str(checkpoints),
        )

    def _start(self, name: str, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
        environment |= {"HOSO_HOME": str(self.home), "HOSO_POSTGRES": self.kind, **settings}
        self.running[name] = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, start_new_session=True,
        )  # fmt: skip
        return self.running[name]

    def has_sent(self) -> bool:
        """Whether the sender ended with everything acknowledged. Raises AssertionError where it failed by itself."""
        code = self.running["sender"].poll() if "sender" in self.running else None
        assert code in (None, 0, -signal.SIGKILL), f"the sender ended with {code}: see {self.log.name}"
        return code == 0

    def is_alive(self, name: str) -> bool:
        return name in self.running and self.running[name].poll() is None

    def kill_process(self, name: str) -> None:
        """SIGKILL of this process alone: its helpers have to see for themselves that it is gone."""
        self.running[name].kill()
        self.running[name].wait()

    def stop_process(self, name: str) -> None:
        """Ask it to stop, as `hoso serve` does: the sealer signs what it has sealed."""
        self.running[name].terminate()
        assert self.running.pop(name).wait(60) == 0, f"{name} did not stop well: see {self.log.name}"

    def kill_database(self) -> None:
        embedded.kill(self.database)

    def start_database(self) -> None:
        embedded.start(self.home, self.kind)

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """As the administrator, past row security."""
        return psycopg.connect(self.database.url(), autocommit=True)

    def close(self) -> None:
        for name in self.running:
            self.kill_process(name)
        embedded.release(self.home, self.database)
        self.log.close()
