"""The keys and passwords of a data folder in the backup folder: a new bundle whenever one of them changed.

The key that opens backups is not among them: who loses it loses the backups, so a copy of it lies elsewhere.
"""

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hoso.core.backup import sealing
from hoso.core.backup.backup_keys import FILE as IDENTITY
from hoso.core.backup.unpacking import unpack
from hoso.core.files.durable import durable_file

FOLDERS = ("secrets", "demo")
ENDING = ".tar.gz.age"


def keep_secrets(home: Path, kept: Path, recipients: Sequence[str]) -> None:
    """Seal a bundle into the folder `kept`, unless the newest one is of the same files, sealed to the same recipients."""
    state = "\n".join(
        [*recipients, *(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in _files(home))]
    )
    fingerprint = sha256(state.encode()).hexdigest()[:16]
    bundles = bundles_in(kept)
    if bundles and bundles[-1].name.removesuffix(ENDING).endswith(fingerprint):
        return
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as entries:
        for path in _files(home):
            entries.add(path, path.relative_to(home), recursive=False)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{fingerprint}{ENDING}"
    with durable_file(kept / name) as target:
        sealing.seal(io.BytesIO(gzip.compress(content.getvalue())), target, recipients)


def restore_secrets(kept: Path, home: Path, identities: Sequence[str]) -> int:
    """Lay down every bundle over the one before, so that each key ever kept is there; returns how many files.

    Raises HosoError HS9016, HS9017.
    """
    for bundle in bundles_in(kept):
        content = io.BytesIO()
        with bundle.open("rb") as source:
            sealing.unseal(source, sealing.Unpacked(content), identities, bundle.name)
        content.seek(0)
        with tarfile.open(fileobj=content) as entries:
            unpack(entries, home)
    for path in _files(home):
        path.chmod(0o600)
        path.parent.chmod(0o700)
    return len(list(_files(home)))


def bundles_in(kept: Path) -> list[Path]:
    """The bundles, oldest first."""
    return sorted(kept.glob(f"*{ENDING}"))


def _files(home: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and path.name != IDENTITY:
                yield path
