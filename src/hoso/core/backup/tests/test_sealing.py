"""Sealing: what was sealed comes back to whoever holds the key, and to nobody else; damage is noticed."""

import gzip
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.core.backup import sealing
from hoso.core.errors import HosoError

KEY, OTHER = sealing.new_identity(), sealing.new_identity()


def sealed(content: bytes) -> bytes:
    target = io.BytesIO()
    sealing.seal(sealing.Packed(io.BytesIO(content)), target, [sealing.recipient_of(KEY)])
    return target.getvalue()


def opened(content: bytes, *identities: str) -> bytes:
    pipe = sealing.OpenedPipe(io.BytesIO(content), identities or [KEY], "x")
    try:
        return pipe.stream.read()
    finally:
        pipe.close()


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300_000))
def test_it_comes_back(content: bytes) -> None:
    assert opened(sealed(content)) == content
    assert opened(sealed(content), OTHER, KEY) == content


def test_another_key_opens_nothing() -> None:
    with pytest.raises(HosoError, match="HS9017"):
        opened(sealed(b"abc"), OTHER)


@pytest.mark.parametrize("place", [-1, -30, 210])
def test_an_altered_byte_is_noticed(place: int) -> None:
    content = bytearray(sealed(b"abc" * 1000))
    content[place] ^= 1
    with pytest.raises(HosoError, match=r"HS901[67]"):
        opened(bytes(content))


def test_a_cut_is_noticed() -> None:
    whole = sealed(bytes(range(256)) * 2000)
    for length in (0, 10, 200, len(whole) - 1):
        with pytest.raises(HosoError, match=r"HS901[67]"):
            opened(whole[:length])


def test_a_recipient_is_told_from_anything_else() -> None:
    assert sealing.is_recipient(sealing.recipient_of(KEY))
    assert not sealing.is_recipient(KEY)
    assert not sealing.is_recipient("age1x")


@pytest.mark.skipif(not shutil.which("age"), reason="needs the program age, to open a backup with another's program")
def test_the_program_age_opens_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "file").write_bytes(sealed(b"abc"))
    command = ["age", "-d", "-i", str(tmp_path / "key"), str(tmp_path / "file")]
    assert gzip.decompress(subprocess.run(command, capture_output=True, check=True).stdout) == b"abc"
