"""Stored originals: the same bytes once, whole or not at all, on disk before anyone is told."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hoso.core.files.originals import chunks_of, keep_original, open_original, originals_folder, path_of


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOSO_HOME = tmp_path
    return tmp_path


def files() -> list[Path]:
    return sorted(path for path in originals_folder().rglob("*") if path.is_file())


def test_the_bytes_come_back_as_they_were() -> None:
    digest, size = keep_original([b"abc", b"", b"def"])
    assert (digest, size) == (sha256(b"abcdef").digest(), 6)
    with open_original(digest) as stream:
        assert b"".join(chunks_of(stream)) == b"abcdef"


def test_the_same_bytes_are_kept_once() -> None:
    first, second = keep_original([b"abc"]), keep_original([b"a", b"bc"])
    assert first == second
    assert files() == [path_of(first[0])]
    keep_original([b"other"])
    assert len(files()) == 2


def test_a_sender_who_breaks_off_leaves_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        keep_original(broken())
    assert files() == []


def test_what_is_acknowledged_was_synchronised_file_first_then_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut is not to be had in a test: the calls that withstand one are counted, and still made."""
    synchronised: list[Path] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synchronised.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    digest, _ = keep_original([b"abc"])
    places = [next(n for n, path in enumerate(synchronised) if path.name.startswith("arriving-"))]
    places.append(synchronised.index(path_of(digest).parent))
    assert places == sorted(places)
    for folder in (path_of(digest).parent, originals_folder()):
        assert folder.parent in synchronised, "a new folder survives only when the one above was synchronised"
