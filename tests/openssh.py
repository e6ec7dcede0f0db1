"""A real OpenSSH server for one test: its own host key, one user's key, SFTP into folders of this machine."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SSHD = Path("/usr/sbin/sshd")


@dataclass(frozen=True)
class OpenSsh:
    """Where it listens and what it shows; `log` is what it says of itself."""

    port: int
    user: str
    key_file: Path
    host_key: str
    log: Path


def make_key(path: Path, kind: str = "ed25519") -> str:
    """A key pair; returns the public line."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
    return path.with_name(f"{path.name}.pub").read_text()


@contextmanager
def openssh(folder: Path, *, port: int = 0, host_key: str = "ed25519", read_only: bool = False) -> Iterator[OpenSsh]:
    """Run one until the block ends; in a folder that holds the keys of an earlier one it is that server again."""
    if not SSHD.exists() or not shutil.which("ssh-keygen"):
        pytest.skip("NO OPENSSH SERVER: tools/find_sshd.sh installs it; nothing is tried against a real SFTP server")
    folder.mkdir(exist_ok=True)
    host, user = folder / f"host_{host_key}", folder / "user"
    for path, kind in ((host, host_key), (user, "ed25519")):
        if not path.exists():
            make_key(path, kind)
    (folder / "authorized").write_text((folder / "user.pub").read_text())
    port = port or _free_port()
    log = folder / "sshd.log"
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {folder}/authorized\nUsePAM no\n"
        "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication yes\nPidFile none\nLogLevel VERBOSE\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp{' -R' if read_only else ''}\n"
    )
    with log.open("ab") as told:
        _separation_folder()
        process = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(config)], stderr=told, stdin=subprocess.DEVNULL)
    try:
        _wait(port, process, log)
        yield OpenSsh(port, getpass.getuser(), user, host.with_name(f"{host.name}.pub").read_text().strip(), log)
    finally:
        process.terminate()
        process.wait()


def _separation_folder() -> None:
    """Debian's start script makes it; run as an ordinary user the server does without."""
    try:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    except PermissionError:
        return


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the OpenSSH server does not listen: {log.read_text()}")
