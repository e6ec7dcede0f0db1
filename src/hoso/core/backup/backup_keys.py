"""The keys of backups: secrets/backup-identity holds secret keys, a line each, the newest first."""

import os
from collections.abc import Sequence
from pathlib import Path

from hoso.core.backup import sealing
from hoso.core.files.durable import durable_file

FILE = "backup-identity"


def identity_file(home: Path) -> Path:
    return home / "secrets" / FILE


def read_identities(path: Path) -> list[str]:
    """The secret keys of a file; comments (#) as age writes them are passed over. None where there is no file."""
    if not path.exists():
        return []
    return [line.strip() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]


def recipients(home: Path, given: Sequence[str]) -> list[str]:
    """To whom backups are sealed: those given by HOSO_BACKUP_RECIPIENTS, else the newest key of this data folder,
    which is made when there is none."""
    if given:
        return list(given)
    known = read_identities(identity_file(home))
    return [sealing.recipient_of(known[0] if known else add_identity(home))]


def add_identity(home: Path) -> str:
    """Make a new key, which the next backup is sealed to; the older ones stay, to open older backups."""
    identity = sealing.new_identity()
    add_identities(home, [identity])
    return identity


def add_identities(home: Path, identities: Sequence[str]) -> None:
    """Keep these keys before those there are; one that is there already keeps its place."""
    path = identity_file(home)
    known = read_identities(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with durable_file(path) as target:
        os.fchmod(target.fileno(), 0o600)
        lines = [*(identity for identity in identities if identity not in known), *known, ""]
        target.write("\n".join(lines).encode())
