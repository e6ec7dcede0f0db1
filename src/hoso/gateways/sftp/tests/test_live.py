"""The live client against a real OpenSSH server: what it reads and writes, and whom it does not speak to."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.openssh import OpenSsh, make_key, openssh

from hoso.core.errors import HosoError
from hoso.engines.intake.pulls.gateway import Server
from hoso.gateways.sftp.live import LiveSftp


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with openssh(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def server(ssh: OpenSsh, tmp_path: Path) -> Server:
    (tmp_path / "out").mkdir()
    return Server(
        "127.0.0.1", ssh.port, ssh.user, str(tmp_path / "out"), _pinned(ssh.host_key), "key", str(ssh.key_file)
    )


def _pinned(line: str) -> str:
    return " ".join(line.split()[:2])


def _code(server: Server) -> str:
    with pytest.raises(HosoError) as told, LiveSftp().open(server) as remote:
        remote.files()
    return told.value.code


def test_files_are_listed_read_and_written(server: Server) -> None:
    folder = Path(server.folder)
    content = os.urandom(3_000_000)
    (folder / "gói số 1.xml").write_bytes(content)
    (folder / "sub").mkdir()
    (folder / "link.xml").symlink_to("/etc/passwd")
    with LiveSftp().open(server) as remote:
        (file,) = remote.files()
        assert (file.name, file.size) == ("gói số 1.xml", len(content))
        assert b"".join(remote.read(file.name)) == content
        assert remote.about(file.name) == file
        assert remote.about("none.xml") is None
        for text in (b"first", b"second"):
            remote.write("gói số 1.xml.ketqua.txt", text)
    assert (folder / "gói số 1.xml.ketqua.txt").read_bytes() == b"second"
    assert not list(folder.glob(".*"))


def test_an_empty_file_is_read(server: Server) -> None:
    (Path(server.folder) / "empty.xml").touch()
    with LiveSftp().open(server) as remote:
        assert b"".join(remote.read("empty.xml")) == b""


def test_another_host_key_is_not_spoken_to(server: Server, ssh: OpenSsh, tmp_path: Path) -> None:
    told = ssh.log.read_text().count("Accepted")
    assert _code(replace(server, host_key=_pinned(make_key(tmp_path / "other")))) == "HS3421"
    assert _code(replace(server, host_key=_pinned(make_key(tmp_path / "rsa", "rsa")))) == "HS3421"
    assert ssh.log.read_text().count("Accepted") == told  # nobody signed in: no secret left this house


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_kinds_of_host_keys(kind: str, server: Server, tmp_path: Path) -> None:
    with openssh(tmp_path / "ssh", host_key=kind) as other:
        told = replace(server, port=other.port, host_key=_pinned(other.host_key), secret_file=str(other.key_file))
        with LiveSftp().open(told) as remote:
            assert remote.files() == []


def test_a_strange_key_and_a_wrong_password_are_refused(server: Server, tmp_path: Path) -> None:
    make_key(tmp_path / "strange")
    assert _code(replace(server, secret_file=str(tmp_path / "strange"))) == "HS3422"
    (tmp_path / "password").write_text("wrong\n")
    (tmp_path / "password").chmod(0o600)
    assert _code(replace(server, secret_kind="password", secret_file=str(tmp_path / "password"))) == "HS3422"


def test_a_secret_that_others_may_read_is_not_used(server: Server, tmp_path: Path) -> None:
    key = tmp_path / "key"
    make_key(key)
    key.chmod(0o644)
    assert _code(replace(server, secret_file=str(key))) == "HS3423"
    assert _code(replace(server, secret_file=str(tmp_path / "none"))) == "HS3423"
    key.chmod(0o600)
    key.write_text("no key")
    assert _code(replace(server, secret_file=str(key))) == "HS3423"


def test_nobody_there_and_no_such_folder(server: Server) -> None:
    assert _code(replace(server, port=1)) == "HS3420"
    assert _code(replace(server, folder=f"{server.folder}/none")) == "HS3424"


def test_where_nothing_may_be_written(server: Server, tmp_path: Path) -> None:
    with openssh(tmp_path / "ssh", read_only=True) as other:
        told = replace(server, port=other.port, host_key=_pinned(other.host_key), secret_file=str(other.key_file))
        with LiveSftp().open(told) as remote, pytest.raises(HosoError) as refused:
            remote.write("goi.xml.ketqua.txt", b"result")
    assert refused.value.code == "HS3425"
    assert list(Path(server.folder).iterdir()) == []
