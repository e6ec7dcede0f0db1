"""Unpacking what was sealed by this house: authentic by its seal, and still kept inside the folder."""

import tarfile
from pathlib import Path


def unpack(entries: tarfile.TarFile, folder: Path) -> None:
    """Lay every entry down below the folder. Raises tarfile.TarError for one that would lie elsewhere."""
    if hasattr(tarfile, "data_filter"):
        entries.extractall(folder, filter="data")
        return
    for entry in entries:  # Python before 3.11.4 has no such filter
        path = Path(entry.name)
        if path.is_absolute() or ".." in path.parts or not (entry.isfile() or entry.isdir()):
            raise tarfile.ReadError(f"{entry.name} may not be unpacked")
        entries.extract(entry, folder)
