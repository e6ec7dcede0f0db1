"""A file that came with a form, put where readers of files can open it, under a name of the house's own with its ending."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from hoso.core.errors import HosoError
from hoso.web.routes import ActingRequest


@contextmanager
def uploaded(request: ActingRequest, most_bytes: int, name: str = "file") -> Iterator[tuple[Path, str]]:
    """The file and the name it was sent under. Raises HosoError HS3012 without a file, HS6194 for one too large."""
    file = request.FILES.get(name)
    if not isinstance(file, UploadedFile):
        raise HosoError("HS3012", file="")
    sent_as = Path(file.name or "file").name[:200]
    if (file.size or 0) > most_bytes:
        raise HosoError("HS6194", file=sent_as, megabytes=most_bytes // 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sent{Path(sent_as).suffix.lower()[:10]}"
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        yield path, sent_as
