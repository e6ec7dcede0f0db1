"""A folder of keys that can be rotated: a file for each, named by its id (`0001`, `0002`, …), for the owner alone to read."""

import secrets
from pathlib import Path

from hoso.core.errors import HosoError
from hoso.core.files.durable import first_file

KEY_BYTES = 32


class KeyFolder:
    """The keys of one folder. The newest is used for what is new; older ones stay for what was kept under them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Ids of the keys there are, oldest first."""
        return sorted(path.name for path in self.folder.glob("[0-9]*")) if self.folder.exists() else []

    def current_id(self) -> str:
        """The key that new values take; the first one is made when there is none."""
        known = self.ids()
        return known[-1] if known else self.add()

    def add(self) -> str:
        """Make a new key, which new values take from now on; returns its id."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        last = self.ids()
        number = f"{int(last[-1]) + 1 if last else 1:04}"
        first_file(self.folder / number, secrets.token_bytes(KEY_BYTES))
        return number

    def remove(self, key_id: str) -> None:
        """Forget a key; whatever is still kept under it cannot be read any more. Raises HosoError HS2240."""
        if key_id == self.current_id():
            raise HosoError("HS2240", key=key_id)
        self._path(key_id).unlink()

    def key(self, key_id: str) -> bytes:
        """The key itself. Raises HosoError HS2240 where it is missing."""
        try:
            return self._path(key_id).read_bytes()
        except FileNotFoundError:
            raise HosoError("HS2240", key=key_id) from None

    def _path(self, key_id: str) -> Path:
        if not key_id.isdecimal():
            raise HosoError("HS2240", key=key_id[:20])
        return self.folder / key_id
