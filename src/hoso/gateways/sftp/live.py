"""SFTP with Paramiko, which this file alone knows. One connection for each look; nobody is asked for a password twice.

The server shows the one host key that was registered or is not spoken to: no key is learnt by itself.
"""

import base64
import hmac
import io
import socket
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager

import paramiko

from hoso.core.errors import HosoError
from hoso.core.files.originals import CHUNK
from hoso.engines.intake.pulls.gateway import RemoteFile, Server
from hoso.engines.intake.pulls.registered import secret_of

PATIENCE_SECONDS = 30
_RSA = ("rsa-sha2-512", "rsa-sha2-256")  # how a host signs with an ssh-rsa key nowadays


class LiveSftp:
    @contextmanager
    def open(self, server: Server) -> Iterator["LiveFolder"]:
        """Raises HosoError HS3420-HS3423; what the server said is told to nobody."""
        secret = secret_of(server)
        with closing(_connected(server)) as transport:
            _sign_in(transport, server, secret)
            with _speaking(), closing(_sftp(transport)) as sftp:
                yield LiveFolder(sftp, server.folder)


class LiveFolder:
    def __init__(self, sftp: paramiko.SFTPClient, folder: str) -> None:
        self.sftp, self.folder = sftp, folder.rstrip("/") or "/"

    def files(self) -> list[RemoteFile]:
        with _speaking("HS3424"):
            found = self.sftp.listdir_attr(self.folder)
        return [_file(one.filename, one) for one in found if stat.S_ISREG(one.st_mode or 0)]

    def about(self, name: str) -> RemoteFile | None:
        with _speaking("HS3424"):
            try:
                return _file(name, self.sftp.lstat(self._path(name)))
            except FileNotFoundError:
                return None

    def read(self, name: str) -> Iterator[bytes]:
        with _speaking("HS3424"), self.sftp.open(self._path(name), "rb", bufsize=CHUNK) as file:
            file.prefetch(max_concurrent_requests=64)
            while piece := file.read(CHUNK):
                yield piece

    def write(self, name: str, content: bytes) -> None:
        part = self._path(f".{name}.part")
        with _speaking("HS3425"):
            with self.sftp.open(part, "wb") as file:
                file.set_pipelined(True)
                file.write(content)
            self._rename(part, self._path(name))

    def _rename(self, old: str, new: str) -> None:
        """At once where the server can (OpenSSH's extension); else with a moment in which neither is there."""
        try:
            self.sftp.posix_rename(old, new)
        except OSError as error:
            if isinstance(error, PermissionError):
                raise
            try:
                self.sftp.remove(new)
            except FileNotFoundError:
                pass
            self.sftp.rename(old, new)

    def _path(self, name: str) -> str:
        return f"{self.folder.rstrip('/')}/{name}"


def _file(name: str, about: paramiko.SFTPAttributes) -> RemoteFile:
    return RemoteFile(int(about.st_mtime or 0), name, int(about.st_size or 0))


@contextmanager
def _speaking(refused: str = "HS3420") -> Iterator[None]:
    """`refused`: the code where the server answers that it will not; a line that breaks is HS3420 in any case."""
    try:
        yield
    except (ConnectionError, TimeoutError, EOFError, paramiko.SSHException):
        raise HosoError("HS3420") from None
    except OSError:
        raise HosoError(refused) from None


def _connected(server: Server) -> paramiko.Transport:
    kind, key = server.host_key.split()
    try:
        line = socket.create_connection((server.host, server.port), timeout=PATIENCE_SECONDS)
        transport = paramiko.Transport(line)
        transport.get_security_options().key_types = _RSA if kind == "ssh-rsa" else (kind,)
        transport.start_client(timeout=PATIENCE_SECONDS)
    except paramiko.ssh_exception.IncompatiblePeer:
        raise HosoError("HS3421") from None
    except (OSError, EOFError, paramiko.SSHException):
        raise HosoError("HS3420") from None
    if not hmac.compare_digest(transport.get_remote_server_key().asbytes(), base64.b64decode(key)):
        transport.close()
        raise HosoError("HS3421")
    return transport


def _sign_in(transport: paramiko.Transport, server: Server, secret: str) -> None:
    transport.auth_timeout = PATIENCE_SECONDS
    try:
        if server.secret_kind == "password":
            transport.auth_password(server.username, secret, fallback=False)
        else:
            transport.auth_publickey(server.username, _key(secret, server))
    except paramiko.AuthenticationException:
        raise HosoError("HS3422") from None
    except (OSError, EOFError, paramiko.SSHException):
        raise HosoError("HS3420") from None


def _key(text: str, server: Server) -> paramiko.PKey:
    """A private key without a passphrase, of any kind Paramiko reads."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"))
        except (paramiko.SSHException, ValueError):
            continue
    raise HosoError("HS3423", file=server.secret_file)


def _sftp(transport: paramiko.Transport) -> paramiko.SFTPClient:
    client = paramiko.SFTPClient.from_transport(transport)
    if client is None:
        raise HosoError("HS3420")
    channel = client.get_channel()
    if channel is not None:
        channel.settimeout(PATIENCE_SECONDS)
    return client
