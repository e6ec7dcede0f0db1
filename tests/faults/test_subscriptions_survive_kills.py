"""SIGKILL of whoever notes and sends: every notice still arrives at a real HTTP receiver, in order, at least once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from tests import database as test_database

pytestmark = pytest.mark.faults
NOTICES, KILLS, DEADLINE = 40, 4, 120
WORKER = """
import time
from hoso.config import start
start.setup_django()
from hoso.engines.records.subscriptions.noting import note_changes
from hoso.engines.records.subscriptions.sending import send_due
while True:
    note_changes()
    send_due()
    time.sleep(0.05)
"""


class _Slow:
    """Takes each call a moment later, so that a kill meets calls under way."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                slow.seen.append(body["parameter"][1]["valueReference"]["reference"])
                time.sleep(0.05)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[_Slow]:
    made = _Slow()
    yield made
    made.http.shutdown()
    made.http.server_close()


def test_no_notice_is_lost(own_database: test_database.Database, receiver: _Slow, settings: Any) -> None:
    from ipaddress import ip_network

    from tests.conformance.fhir_writing import patient, software
    from tests.conformance.test_subscriptions import observation, subscription

    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_CALLBACK_NETWORKS": [ip_network("127.0.0.0/8")]}
    house = software()
    house.created(subscription(f"http://127.0.0.1:{receiver.http.server_port}/x"))
    person = house.created(patient())["id"]
    environment = {**os.environ, **own_database.environment, "HOSO_CALLBACK_NETWORKS": "127.0.0.0/8"}
    wanted: list[str] = []
    process = _start(environment)
    kills = 0
    try:
        for number in range(NOTICES):
            wanted.append("Observation/" + house.created(observation(person, number))["id"])
            if kills < KILLS and len(receiver.seen) >= (kills + 1) * 4:
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = _start(environment)
                kills += 1
        until = time.monotonic() + DEADLINE
        while set(receiver.seen) != set(wanted) and time.monotonic() < until:
            if kills < KILLS and len(receiver.seen) >= (kills + 1) * 4:
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = _start(environment)
                kills += 1
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    assert kills == KILLS
    assert list(dict.fromkeys(receiver.seen)) == wanted  # each, and in the order of the writing
    assert len(receiver.seen) <= len(wanted) + KILLS  # a kill costs one call told twice at most


def _start(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
