"""A house as it is served: a small synthetic province taken in, accounts made, `hoso serve` with its worker running."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from hoso.cli.demo_accounts import SignIn, read_sign_ins
from hoso.cli.processes import answers
from hoso.demo.province import ProvinceSettings, generate_province
from tests.claim_packages import Claim, read_claims
from tests.database import ROOT, Database

# The fewest people for whom special cases are planted; some 300 visits.
PROVINCE = ProvinceSettings(persons=200, visits_per_person_year=0.25)
START_SECONDS = 60


class House:
    """Serves one database of its own until `stop()`; `sent` holds the packages as the hospitals sent them."""

    def __init__(
        self, database: Database, folder: Path, province: ProvinceSettings = PROVINCE, *, bare: bool = False
    ) -> None:
        self.database = database
        self.sent = folder / "sent"
        self.address = ("127.0.0.1", _free_port())
        self.url = f"http://127.0.0.1:{self.address[1]}"
        self.environment = {
            **os.environ, **database.environment, "HOSO_HOME": str(folder), "HOSO_BIND": f"127.0.0.1:{self.address[1]}"
        }  # fmt: skip
        generate_province(province, self.sent)
        self.run("-m", "tests.browser.loading", str(self.sent), *(["bare"] if bare else []))
        self.sign_ins: dict[str, SignIn] = {
            sign_in.username: sign_in for sign_in in read_sign_ins(folder / "demo" / "sign-ins.json")
        }
        self._log = folder / "serve.log"
        self._process = self._serve()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, row security aside."""
        with psycopg.connect(self.database.admin_url) as connection:
            return connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: Any) -> Any:
        """The only value of the only row."""
        ((value,),) = self.rows(statement, *values)
        return value

    def person_of(self, ma_lk: str) -> int:
        """The person under whom a visit is filed now."""
        return int(self.one("SELECT person_id FROM intake_current_visit WHERE ma_lk = %s", ma_lk))

    def unit_of(self, username: str) -> str:
        """The reporting unit of a station's officer."""
        return str(
            self.one(
                "SELECT u.uid FROM statistics_unit u JOIN accounts_assignment a ON a.place_id = u.id"
                " JOIN accounts_account c ON c.id = a.account_id WHERE c.username = %s",
                username,
            )
        )

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Every visit by MA_LK, read from the packages themselves; of one sent twice the later sending."""
        files = sorted(self.sent.glob("packages/*/*/*.xml"), key=lambda path: path.name)
        return {claim.ma_lk: claim for file in files for claim in read_claims(file.read_bytes())}

    @cached_property
    def people(self) -> list[dict[str, str]]:
        """The lines of households.csv."""
        return _lines(self.sent / "households.csv")

    @cached_property
    def planted(self) -> list[dict[str, str]]:
        """The special cases: lines of truth.csv."""
        return _lines(self.sent / "truth.csv")

    def file_of(self, package: str) -> Path:
        """A package by the name that truth.csv gives it."""
        (found,) = self.sent.glob(f"packages/*/{package}")
        return found

    def take(self, file: Path) -> None:
        """Take one more file in, as the command does."""
        self.run("-c", "from hoso.cli import main; main()", "intake", str(file))

    def run(self, *arguments: str) -> str:
        """A Python process beside the served one; gives what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the house could not be loaded:\n{done.stderr[-4000:]}")
        return done.stdout

    def _serve(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", "from hoso.cli import main; main()", "serve"]
        with self._log.open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.address):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"the house is not served:\n{self._log.read_text()[-4000:]}")
            time.sleep(0.1)
        return process


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
