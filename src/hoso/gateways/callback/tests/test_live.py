"""The call over HTTP: a real server, and addresses that are never called."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest

from hoso.core.messages.calls import CallFailed
from hoso.gateways.callback.live import LiveCall, is_open

HEADERS = {"X-HoSo-Delivery": "7"}


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), body))
            self.send_response(int(self.path.rpartition("/")[2] or 200))
            self.send_header("Location", "/taken/200")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    seen: list[Any] = []
    http = HTTPServer(("127.0.0.1", 0), Handler)
    http.seen = seen  # type: ignore[attr-defined]
    Thread(target=http.serve_forever, daemon=True).start()
    yield http
    http.shutdown()
    http.server_close()


@pytest.fixture
def loopback_allowed(settings: Any) -> None:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_CALLBACK_NETWORKS": [ip_network("127.0.0.0/8")]}


def url(server: HTTPServer, path: str) -> str:
    return f"http://localhost:{server.server_port}{path}"


def only_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *_: Any, **how: Any) -> Any:
        return found(host, port, socket.AF_INET, how.get("type", 0))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_call_reaches_the_server_as_it_was_made(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    only_ipv4(monkeypatch)
    LiveCall().send(url(server, "/a?b=c&n=/200"), b'{"x": 1}', HEADERS)
    ((path, headers, body),) = server.seen
    assert (path, body, headers["X-HoSo-Delivery"]) == ("/a?b=c&n=/200", b'{"x": 1}', "7")
    assert headers["Host"] == f"localhost:{server.server_port}"


@pytest.mark.usefixtures("loopback_allowed")
@pytest.mark.parametrize("status", [301, 307, 400, 500])
def test_other_answers_fail_and_no_redirect_is_followed(
    status: int, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_ipv4(monkeypatch)
    with pytest.raises(CallFailed, match=f"HTTP {status}"):
        LiveCall().send(url(server, f"/{status}"), b"", HEADERS)
    assert len(server.seen) == 1


def test_the_own_machine_is_not_called_unless_allowed(server: Any) -> None:
    for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
        with pytest.raises(CallFailed, match="HOSO_CALLBACK_NETWORKS"):
            LiveCall().send(f"http://{host}:{server.server_port}/200", b"", HEADERS)
    assert server.seen == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:a00:1::", "::127.0.0.1"],
)  # fmt: skip
def test_addresses_that_are_never_called(address: str) -> None:
    assert not is_open(address, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_open(address, [])


def test_allowed_networks_are_called_and_no_others() -> None:
    allowed = [ip_network("10.1.0.0/16")]
    assert is_open("10.1.2.3", allowed)
    assert is_open("::ffff:10.1.2.3", allowed)
    assert not is_open("10.2.0.1", allowed)


def test_a_name_with_one_private_address_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, 1, 6, "", (one, 443)) for one in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(CallFailed, match="HOSO_CALLBACK_NETWORKS"):
        LiveCall().send("https://two.example/", b"", HEADERS)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_server_without_a_certificate_fails_over_https(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    only_ipv4(monkeypatch)
    with pytest.raises(CallFailed):
        LiveCall().send(f"https://localhost:{server.server_port}/200", b"", HEADERS)


@pytest.mark.usefixtures("loopback_allowed")
def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CallFailed, match="no connection"):
        LiveCall().send("http://127.0.0.1:1/", b"", HEADERS)
