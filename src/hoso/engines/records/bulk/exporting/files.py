"""Files of exports: `exports/<order>/<number>.ndjson` in the data folder, encrypted as originals are."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from hoso.core.files.durable import durable_file
from hoso.core.files.encryption import EncryptedWriter, open_encrypted
from hoso.core.files.originals import original_keys
from hoso.engines.records.reading import StoredResource


def exports_folder(home: Path | None = None) -> Path:
    return (home or Path(settings.HOSO_HOME)) / "exports"


def path_of(order: UUID, number: int) -> Path:
    return exports_folder() / str(order) / f"{number}.ndjson"


@contextmanager
def writing_file(order: UUID, number: int) -> Iterator[EncryptedWriter]:
    """A file that is whole and safe on disk when the block ends; left by an error, nothing stands."""
    with durable_file(path_of(order, number)) as target:
        writer = EncryptedWriter(target, original_keys())
        yield writer
        writer.finish()


def open_file(order: UUID, number: int) -> BinaryIO:
    """The lines. Raises HosoError HS2240 without the key, HS9022 for a damaged file."""
    return open_encrypted(path_of(order, number), original_keys())


def remove_files(order: UUID) -> None:
    shutil.rmtree(exports_folder() / str(order), ignore_errors=True)


def line_of(one: StoredResource) -> bytes:
    """The resource as it is served, on one line: between its elements a line's end becomes a blank; in its texts there is
    none that is not escaped."""
    served = one.served()
    if b"\n" in served or b"\r" in served:
        served = served.replace(b"\n", b" ").replace(b"\r", b" ")
    return served + b"\n"
