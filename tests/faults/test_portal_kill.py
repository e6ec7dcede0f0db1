"""SIGKILL between sending to the ministry's portal and its answer: nothing is lost there, nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from hoso.gateways.ca.simulated import SimulatedAuthority
from hoso.gateways.ministry_portal.server import SimulatedServer, simulated_portal
from hoso.gateways.ministry_portal.shelf import TOKEN
from tests.claim_packages import sample_3176
from tests.database import Database
from tests.intaking import Intake, forget, rows

pytestmark = [pytest.mark.faults, pytest.mark.slow]

COMMAND = [sys.executable, "-c", "from hoso.cli import main; main()", "portal", "send", "--json"]
VISITS, SECONDS = 4, 120


class Deadly:
    """The portal's shelf: at the chosen act it stops before its answer, once kept and once not yet, until the sender is dead."""

    def __init__(self, server: SimulatedServer) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.at, self.kept, self.seen = 0, True, 0
        self.put = server.shelf.put
        server.shelf.put = self._put  # type: ignore[method-assign, assignment]

    def _put(self, *words: Any) -> Any:
        self.seen += 1
        if self.seen == self.at and not self.kept:
            self._stop()
            return 500, {}
        said = self.put(*words)
        if self.seen == self.at:
            self._stop()
        return said

    def _stop(self) -> None:
        self.reached.set()
        self.go_on.wait(SECONDS)


@pytest.fixture
def environment(own_database: Database, settings: Any, tmp_path: Path) -> dict[str, str]:
    settings.HOSO_HOME = tmp_path / "ca"
    authority = SimulatedAuthority()
    settings.HOSO_HOME = own_database.home
    root = authority.roots()[0]
    (tmp_path / "roots.pem").write_bytes(root.public_bytes(Encoding.PEM))
    content = serialize_key_and_certificates(b"x", authority._key, authority.certificates()[0], [root], NoEncryption())
    (tmp_path / "key.p12").write_bytes(content)
    return {
        **os.environ, **own_database.environment, "HOSO_CA": "live", "HOSO_CA_FILE": str(tmp_path / "key.p12"),
        "HOSO_CA_ROOTS": str(tmp_path / "roots.pem"), "HOSO_MINISTRY_PORTAL": "live", "HOSO_MINISTRY_PORTAL_TOKEN": TOKEN,
    }  # fmt: skip


@pytest.fixture
def portal(environment: dict[str, str], tmp_path: Path) -> Iterator[SimulatedServer]:
    with simulated_portal(tmp_path / "portal", tmp_path / "roots.pem") as server:
        environment["HOSO_MINISTRY_PORTAL_URL"] = server.url
        yield server


def test_killed_between_send_and_answer(
    own_database: Database, environment: dict[str, str], portal: SimulatedServer, tmp_path: Path
) -> None:
    forget()
    claim = sample_3176()
    Intake(tmp_path / "packages").file(
        *[claim.with_(MA_LK=f"SYN.{number}", SO_CCCD=f"07908500000{number}", MA_THE_BHYT="", MA_BN=f"B{number}") for number in range(VISITS)]
    )  # fmt: skip
    deadly = Deadly(portal)
    for kept in (True, False, True):
        deadly.at, deadly.kept = deadly.seen + 2, kept
        deadly.reached.clear()
        deadly.go_on.clear()
        sender = _sender_at_the_portal(environment, deadly)
        os.killpg(sender.pid, signal.SIGKILL)
        sender.wait()
        deadly.go_on.set()
        assert len(rows("SELECT 1 FROM portal_version WHERE state = 'sent'")) == 1  # what was under way is known
    deadly.at = 0
    deadline = time.monotonic() + SECONDS
    while len(rows("SELECT 1 FROM portal_version WHERE state = 'accepted'")) < 2 * VISITS:
        assert time.monotonic() < deadline
        told = subprocess.run(COMMAND, env=environment, capture_output=True, check=True, text=True).stdout
        assert json.loads(told)["refused"] == json.loads(told)["different"] == 0
    there = portal.shelf.all()
    assert len(there) == 2 * VISITS
    assert {(one.state, one.changes, len(one.keys)) for one in there} == {("held", 1, 1)}
    assert {one.sha256 for one in there} == {bytes(row[0]).hex() for row in rows("SELECT sha256 FROM portal_version")}
    assert deadly.seen > 2 * VISITS  # some were told twice, and done once


def _sender_at_the_portal(environment: dict[str, str], deadly: Deadly) -> "subprocess.Popen[bytes]":
    """A sender whose request lies at the portal, unanswered. One that finds nothing noted yet (another database's
    transaction runs) ends, and is started again."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        sender = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        while sender.poll() is None:
            if deadly.reached.wait(0.1):
                return sender
    raise AssertionError("nothing came to the portal")
