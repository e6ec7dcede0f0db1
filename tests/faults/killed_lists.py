"""A list that people give, taken in by its command while the command and the database are killed again and again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.house_under_test import ROOT, House


@dataclass(frozen=True)
class KilledList:
    """`command` takes the `rows` rows of `path` in; `table` is the ledger. Each kill comes some `step` rows after the last, before
    the last `left` rows."""

    command: tuple[str, ...]
    path: Path
    rows: int
    table: str
    step: tuple[int, int]
    left: int

    def kill_and_resume(self, house: House, kills: int, check: Callable[[int], None]) -> dict[str, Any]:
        """The account of the list when it is done; `check` is asked after each kill about the rows that are acknowledged."""
        draw, acknowledged = random.Random(6), 0
        for kill in range(kills):
            taking = self._start(house)
            self._wait_for(house, acknowledged + draw.randrange(*self.step))
            before = self._done(house)
            if kill % 2:
                house.kill_database()
            taking.send_signal(signal.SIGKILL)
            taking.wait()
            if kill % 2:
                house.start_database()
            acknowledged = self._done(house)
            assert before <= acknowledged < self.rows
            check(acknowledged)
        taking = self._start(house)
        out, _ = taking.communicate(timeout=600)
        assert taking.returncode == 0
        check(self.rows)
        account: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
        return account

    def _start(self, house: House) -> "subprocess.Popen[bytes]":
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HOSO_", "DATABASE_URL"))}
        environment |= {"HOSO_HOME": str(house.home), "HOSO_POSTGRES": house.kind}
        arguments = [*self.command, str(self.path), "--day", "2025-09-01", "--json"]
        return subprocess.Popen(
            [sys.executable, "-c", "from hoso.cli import main; main()", *arguments], cwd=ROOT, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=house.log,
        )  # fmt: skip

    def _wait_for(self, house: House, rows: int) -> None:
        end = time.monotonic() + 120
        while self._done(house) < min(rows, self.rows - self.left) and time.monotonic() < end:
            time.sleep(0.05)

    def _done(self, house: House) -> int:
        with house.connect() as connection:
            row: Any = connection.execute(f"SELECT coalesce(sum(rows_done), 0)::int FROM {self.table}").fetchone()
        return int(row[0])


def counted(house: House, tables: tuple[str, ...]) -> dict[str, int]:
    """Rows of each, as the administrator counts them."""
    with house.connect() as connection:
        found: Any = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables}
    return {table: row[0] for table, row in found.items()}
