"""The simulated VNeID on a loopback address: `python -m hoso.gateways.vneid.server PORT`."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hoso.gateways.vneid.page import consent_page, refusal_page
from hoso.gateways.vneid.people import PEOPLE
from hoso.gateways.vneid.provider import Answer, SimulatedVneid

HOST = "127.0.0.1"
LONGEST_FORM = 20_000


class _Handler(BaseHTTPRequestHandler):
    server: "SimulatedServer"

    def do_GET(self) -> None:
        provider, path = self.server.provider, urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            self._answer((200, {}, provider.configuration()))
        elif path == "/jwks":
            self._answer((200, {}, provider.key_set()))
        elif path == "/authorize":
            wrong = provider.question(self._address)
            self._page(refusal_page(str(wrong.description or wrong.error)) if wrong else consent_page(self._query), 400 if wrong else 200)  # fmt: skip
        elif path == "/userinfo":
            person = provider.person_of(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._answer((200, {}, provider.userinfo(person)) if person else (401, {}, {"error": "invalid_token"}))
        else:
            self._answer((404, {}, {"error": "not_found"}))

    def do_POST(self) -> None:
        provider, path = self.server.provider, urlsplit(self.path).path
        length = min(int(self.headers.get("Content-Length", "0")), LONGEST_FORM)
        form = dict(parse_qsl(self.rfile.read(length).decode()))
        if path == "/token":
            self._answer(provider.token(self._address, form, dict(self.headers.items())))
        elif path == "/authorize" and provider.question(self._address) is None:
            person = next((one for one in PEOPLE if one.subject == form.get("person")), None)
            self._answer(provider.conclude(self._address, person if form.get("decision") == "allow" else None))
        else:
            self._answer((400, {}, {"error": "invalid_request"}))

    @property
    def _query(self) -> str:
        return urlsplit(self.path).query

    @property
    def _address(self) -> str:
        return self.server.provider.issuer + self.path

    def _answer(self, answer: Answer) -> None:
        status, headers, body = answer
        content = body if isinstance(body, str) else json.dumps(body)
        self._send(status, {"Content-Type": "application/json", **headers}, content)

    def _page(self, content: str, status: int) -> None:
        self._send(status, {"Content-Type": "text/html; charset=utf-8"}, content)

    def _send(self, status: int, headers: dict[str, str], content: str) -> None:
        body = content.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged: addresses hold codes."""


class SimulatedServer(ThreadingHTTPServer):
    """A provider at an address of this machine; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int = 0, kind: type[SimulatedVneid] = SimulatedVneid) -> None:
        super().__init__((HOST, port), _Handler)
        self.provider = kind(f"http://{HOST}:{self.server_port}")


@contextmanager
def simulated_vneid(kind: type[SimulatedVneid] = SimulatedVneid) -> Iterator[SimulatedVneid]:
    """A provider that is served as long as the block runs."""
    server = SimulatedServer(kind=kind)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    SimulatedServer(int(sys.argv[1])).serve_forever()
