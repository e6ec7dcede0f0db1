"""Encrypted files: read from any place as if they were in clear, and every damage noticed."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.core.database.key_folder import KeyFolder
from hoso.core.errors import HosoError
from hoso.core.files.encryption import CHUNK, HEADER_BYTES, EncryptedWriter, key_of_file, open_encrypted

EDGES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def write(path: Path, keys: KeyFolder, *parts: bytes) -> Path:
    with path.open("wb") as target:
        writer = EncryptedWriter(target, keys)
        for part in parts:
            writer.write(part)
        writer.finish()
    return path


@pytest.mark.parametrize("size", EDGES)
def test_it_comes_back_whole(size: int, keys: KeyFolder, tmp_path: Path) -> None:
    content = random.Random(size).randbytes(size)
    path = write(tmp_path / "x", keys, content[: size // 3], b"", content[size // 3 :])
    with open_encrypted(path, keys) as stream:
        assert stream.read() == content
        assert stream.seek(0, io.SEEK_END) == size
    assert content == b"" or size < 9 or content not in path.read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 3 * CHUNK), st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(0, CHUNK * 2)), max_size=6))
def test_any_place_is_read_as_in_clear(
    keys: KeyFolder, tmp_path: Path, size: int, reads: list[tuple[int, int]]
) -> None:
    content = random.Random(size).randbytes(size)
    clear = io.BytesIO(content)
    with open_encrypted(write(tmp_path / "x", keys, content), keys) as stream:
        for place, length in reads:
            assert stream.seek(place) == clear.seek(place)
            assert stream.read(length) == clear.read(length)


@pytest.mark.parametrize("size", EDGES)
def test_a_cut_an_addition_and_a_change_are_noticed(size: int, keys: KeyFolder, tmp_path: Path) -> None:
    path = write(tmp_path / "x", keys, bytes(size))
    whole = path.read_bytes()
    sealed_chunk = CHUNK + 16
    damaged = [whole[:-1], whole + b"x", whole + whole[HEADER_BYTES:], whole[:HEADER_BYTES]]
    damaged += [
        whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in (20, HEADER_BYTES, len(whole) - 1)
    ]
    if len(whole) > HEADER_BYTES + sealed_chunk:
        damaged.append(whole[: HEADER_BYTES + sealed_chunk])  # cut between two chunks
        first, rest = whole[HEADER_BYTES : HEADER_BYTES + sealed_chunk], whole[HEADER_BYTES + sealed_chunk :]
        damaged.append(whole[:HEADER_BYTES] + rest + first)
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(HosoError, match="HS9022"), open_encrypted(path, keys) as stream:
            stream.read()


def test_a_file_is_under_the_newest_key_and_one_in_clear_is_read_too(keys: KeyFolder, tmp_path: Path) -> None:
    old = write(tmp_path / "old", keys, b"a")
    keys.add()
    new = write(tmp_path / "new", keys, b"b")
    clear = tmp_path / "clear"
    clear.write_bytes(b"HOSO of an earlier version")
    assert [key_of_file(path) for path in (old, new, clear)] == ["0001", "0002", ""]
    assert open_encrypted(old, keys).read() == b"a"
    assert open_encrypted(clear, keys).read() == b"HOSO of an earlier version"
    keys.remove("0001")
    with pytest.raises(HosoError, match="HS2240"):
        open_encrypted(old, keys)


def test_the_format_is_as_it_is_written_down(keys: KeyFolder, tmp_path: Path) -> None:
    """A second reading by the words of the description alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    content = bytes(range(256)) * 300
    sealed = write(tmp_path / "x", keys, content).read_bytes()
    assert sealed[:16] == b"HOSOENC100000001"
    key = HKDF(SHA256(), 32, sealed[16:48], b"hoso file 0001").derive((tmp_path / "keys" / "0001").read_bytes())
    first = AESGCM(key).decrypt(bytes(12), sealed[48 : 48 + 65552], None)
    second = AESGCM(key).decrypt(bytes(10) + b"\x01\x01", sealed[48 + 65552 :], None)
    assert first + second == content
