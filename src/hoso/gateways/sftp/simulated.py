"""A hospital's server as a folder of this machine: HOSO_HOME/simulated-sftp/HOST/FOLDER. For demonstrations and quick tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from hoso.core.errors import HosoError
from hoso.core.files.durable import durable_file
from hoso.core.files.originals import chunks_of
from hoso.engines.intake.pulls.gateway import RemoteFile, Server


def folder_of(server: Server) -> Path:
    return Path(settings.HOSO_HOME) / "simulated-sftp" / server.host / server.folder.strip("/")


class SimulatedSftp:
    @contextmanager
    def open(self, server: Server) -> Iterator["SimulatedFolder"]:
        yield SimulatedFolder(folder_of(server))


class SimulatedFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[RemoteFile]:
        if not self.path.is_dir():
            raise HosoError("HS3424")
        return [_file(one) for one in self.path.iterdir() if one.is_file() and not one.is_symlink()]

    def about(self, name: str) -> RemoteFile | None:
        path = self.path / name
        return _file(path) if path.is_file() else None

    def read(self, name: str) -> Iterator[bytes]:
        try:
            with (self.path / name).open("rb") as file:
                yield from chunks_of(file)
        except OSError:
            raise HosoError("HS3424") from None

    def write(self, name: str, content: bytes) -> None:
        try:
            with durable_file(self.path / name) as file:
                file.write(content)
        except OSError:
            raise HosoError("HS3425") from None


def _file(path: Path) -> RemoteFile:
    about = path.stat()
    return RemoteFile(int(about.st_mtime), path.name, about.st_size)
