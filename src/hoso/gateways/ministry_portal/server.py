"""The simulated portal on a loopback address: `python -m hoso.gateways.ministry_portal.server PORT FOLDER ROOTS.pem`."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hoso.gateways.ministry_portal.shelf import TOKEN, Said, Shelf

HOST = "127.0.0.1"
LONGEST_DOCUMENT = 50 * 1024 * 1024


class _Handler(BaseHTTPRequestHandler):
    server: "SimulatedServer"

    def do_PUT(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(min(length, LONGEST_DOCUMENT))
        self._act(lambda shelf, *words: shelf.put(*words, body))

    def do_DELETE(self) -> None:
        self._act(lambda shelf, *words: shelf.withdraw(*words))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not self._may_in():
            return
        if parts.path == "/documents" and "day" in words:
            self._answer(self.server.shelf.listing(words["day"], words.get("after", "")))
        else:
            self._answer((404, {}))

    def _act(self, act: Any) -> None:
        if not self._may_in():
            return
        kind, _, name = urlsplit(self.path).path.lstrip("/").partition("/")
        key, day = self.headers.get("Idempotency-Key", ""), self.headers.get("HoSo-Day", "")
        if kind != "documents" or not name or not key or not day:
            self._answer((400, {}))
            return
        expected = [one.strip() for one in self.headers.get("HoSo-Expected", "").split(",")]
        self._answer(act(self.server.shelf, unquote(name), key, day, expected))

    def _may_in(self) -> bool:
        good = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not good:
            self._answer((401, {}))
        return good

    def _answer(self, said: Said) -> None:
        status, told = said
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


class SimulatedServer(ThreadingHTTPServer):
    """A portal at an address of this machine; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, folder: Path, roots: Path, port: int = 0) -> None:
        super().__init__((HOST, port), _Handler)
        self.shelf = Shelf(folder, roots)
        self.url = f"http://{HOST}:{self.server_port}"


@contextmanager
def simulated_portal(folder: Path, roots: Path) -> Iterator[SimulatedServer]:
    """A portal that is served as long as the block runs."""
    server = SimulatedServer(folder, roots)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    SimulatedServer(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[1])).serve_forever()
