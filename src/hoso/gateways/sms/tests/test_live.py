"""The live gateway against a server of the test: what it sends, and that a refusal is told without number or text."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from hoso.core.messages.sms import SmsNotSent
from hoso.gateways.sms.live import LiveSms


class Operator(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    received: ClassVar[list[tuple[str | None, dict[str, str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@pytest.fixture
def operator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Operator]]:
    monkeypatch.setattr(Operator, "received", [])
    monkeypatch.setattr(Operator, "status", 200)
    server = HTTPServer(("127.0.0.1", 0), Operator)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/send"
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_SMS_URL": address, "HOSO_SMS_TOKEN": "secret"}
    yield Operator
    server.shutdown()
    server.server_close()


def test_a_message_is_sent_with_the_token(operator: type[Operator]) -> None:
    LiveSms().send("0900000022", "Mã: 123456")
    assert operator.received == [("Bearer secret", {"to": "0900000022", "text": "Mã: 123456"})]


@pytest.mark.parametrize("status", [401, 500])
def test_a_refusal_is_told_without_number_and_text(
    operator: type[Operator], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(operator, "status", status)
    with pytest.raises(SmsNotSent) as refused:
        LiveSms().send("0900000022", "Mã: 123456")
    assert "0900000022" not in str(refused.value) and "123456" not in str(refused.value)
    assert len(operator.received) == 1


def test_an_operator_that_is_not_there(settings: Any) -> None:
    settings.ENVIRONMENT = {
        **settings.ENVIRONMENT,
        "HOSO_SMS_URL": "http://127.0.0.1:9/send",
        "HOSO_SMS_TOKEN": "secret",
    }
    with pytest.raises(SmsNotSent):
        LiveSms().send("0900000022", "x")
