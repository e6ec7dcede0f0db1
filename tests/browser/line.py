"""A line between a browser and the house that can be cut, and on which an answer can be lost."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Listens on a port of its own and passes bytes on; `up` says whether there is a line, `lose` which answer is lost."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._house = address
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.up = True
        self.lose = b""  # of a request that begins so, the answer is cut off
        self.lost = threading.Event()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.up = False
        for one in list(self._open):
            _end(one)

    def mend(self) -> None:
        self.up = True

    def close(self) -> None:
        self.cut()
        _end(self._door)

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._door.accept()
            except OSError:
                return
            if self.up:
                threading.Thread(target=self._carry, args=(browser,), daemon=True).start()
            else:
                _end(browser)

    def _carry(self, browser: socket.socket) -> None:
        house = socket.create_connection(self._house)
        losing = threading.Event()
        self._open |= {browser, house}
        back = threading.Thread(target=self._pass, args=(house, browser, losing), daemon=True)
        back.start()
        self._pass(browser, house, losing)
        back.join()
        self._open -= {browser, house}

    def _pass(self, source: socket.socket, target: socket.socket, losing: threading.Event) -> None:
        """Until one side ends; what comes back for a request whose answer is to be lost ends both."""
        try:
            while data := source.recv(65536):
                if self.lose and data.startswith(self.lose):
                    losing.set()
                elif losing.is_set() and data.startswith(b"HTTP/"):
                    self.lost.set()
                    break
                target.sendall(data)
        except OSError:
            pass
        _end(source)
        _end(target)


def _end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


@contextmanager
def line_to(address: tuple[str, int]) -> Iterator[Line]:
    line = Line(address)
    yield line
    line.close()
