"""The house that is backed up: its folders, its PostgreSQL, and PostgreSQL's own programs."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg

from hoso.core.errors import HosoError


@dataclass(frozen=True)
class House:
    """`url` is the administrator's; `programs` the folder of pg_basebackup; `recipients` those backups are sealed to."""

    home: Path
    url: str
    programs: Path
    recipients: tuple[str, ...]

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def ask(self, query: str) -> str:
        """The single value that a query of the administrator gives. Raises HosoError HS9012 without the right."""
        try:
            with self.connect() as connection:
                row = connection.execute(query).fetchone()
        except psycopg.errors.InsufficientPrivilege as error:
            raise HosoError("HS9012", reason=error.diag.message_primary) from error
        return str(row[0]) if row else ""

    def run(self, program: str, *arguments: str) -> None:
        """Run a PostgreSQL program on this database. Raises HosoError HS9012 or HS9020."""
        done = subprocess.run(
            self._command(program, *arguments), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        refuse_failure(program, done.returncode, done.stderr)

    def open(self, program: str, *arguments: str, errors: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start a program whose output is read; `errors` takes what it complains of."""
        return subprocess.Popen(
            self._command(program, *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.programs / program), "-d", self.url, *arguments]


def refuse_failure(program: str, code: int, errors: bytes) -> None:
    """Raises HosoError HS9012 where the server does not let itself be copied, HS9020 for any other failure."""
    if code == 0:
        return
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    told = (lines or ["?"])[-1][:300]
    refused = any(word in errors for word in (b"no pg_hba.conf entry", b"permission denied", b"must be superuser"))
    raise HosoError("HS9012" if refused else "HS9020", program=program, reason=told)
