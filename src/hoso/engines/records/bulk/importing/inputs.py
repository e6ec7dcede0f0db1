"""Where the lines of an import come from: a file of the folder that the operator names, or a file of an own export.

Nothing is fetched from anywhere: an address that is neither is refused, so that nobody has this house ask others for them.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import permits
from hoso.core.errors import HosoError
from hoso.engines.records.bulk.exporting.files import open_file, path_of
from hoso.engines.records.bulk.exporting.ordering import export_of, files_of

_EXPORTED = re.compile(r"/_bulk/export/([0-9a-f-]{36})/(\d{1,9})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Input:
    """A file to import. `bytes`: its length in clear; `mark` changes when the file does."""

    type: str
    url: str
    bytes: int
    mark: str


def find_input(actor: Actor, type_name: str, url: str, base: str) -> Input:
    """`url`: `file:name` or the address of an exported file; `base`: the service's own address. Raises HosoError HS5165."""
    try:
        with _open(url, base, actor) as source:
            return Input(type_name, url, source.seek(0, os.SEEK_END), _mark(url, base))
    except (OSError, HosoError) as error:
        raise HosoError("HS5165", url=url[:200]) from error


def open_input(given: Input, base: str) -> BinaryIO:
    """The lines. Raises HosoError HS5165 where the file is gone, HS5168 where it was changed."""
    try:
        if _mark(given.url, base) != given.mark:
            raise HosoError("HS5168", url=given.url[:200])
        return _open(given.url, base, None)
    except OSError as error:
        raise HosoError("HS5165", url=given.url[:200]) from error


def _open(url: str, base: str, actor: Actor | None) -> BinaryIO:
    found = _exported(url, base)
    if found is None:
        return _path(url).open("rb")
    if actor is not None:  # whoever takes what was exported must be who exported it, and may still take it
        order = export_of(actor, found[0])
        types = {one.type for one in files_of(found[0]) if one.number == found[1]}
        if order.state != "complete" or not all(permits(actor, name, "read") for name in types):
            raise HosoError("HS5161")
    return open_file(*found)


def _mark(url: str, base: str) -> str:
    found = _exported(url, base)
    told = (_path(url) if found is None else path_of(*found)).stat()
    return f"{told.st_size} {told.st_mtime_ns}"


def _exported(url: str, base: str) -> tuple[UUID, int] | None:
    match = _EXPORTED.fullmatch(url.removeprefix(base)) if url.startswith(base) else None
    return (UUID(match[1]), int(match[2])) if match else None


def _path(url: str) -> Path:
    """A file directly in the folder; no way out of it, by name or by link. Raises HosoError HS5165."""
    folder: Path | None = settings.ENVIRONMENT["HOSO_IMPORT_FOLDER"]
    name = url.removeprefix("file:")
    if folder is None or name == url or not _NAME.fullmatch(name) or (folder / name).is_symlink():
        raise HosoError("HS5165", url=url[:200])
    return folder / name
