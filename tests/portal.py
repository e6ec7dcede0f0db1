"""The ministry's portal in tests: the simulated one as a real HTTP server, and a house that sends to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from hoso.core.changes.outbox import Change
from hoso.gateways.ca.simulated import SimulatedAuthority
from hoso.gateways.ministry_portal.server import SimulatedServer, simulated_portal
from hoso.gateways.ministry_portal.shelf import Held
from tests.intaking import rows


@contextmanager
def served_portal(settings: Any, folder: Path) -> Iterator[SimulatedServer]:
    """A portal, and the settings of a house that knows it and signs with a test authority."""
    settings.HOSO_HOME = folder / "ca"
    settings.SIGNING_AUTHORITY = "hoso.gateways.ca.simulated.SimulatedAuthority"
    roots = folder / "roots.pem"
    roots.write_bytes(SimulatedAuthority().roots()[0].public_bytes(Encoding.PEM))
    with simulated_portal(folder / "portal", roots) as server:
        settings.MINISTRY_PORTAL = "hoso.gateways.ministry_portal.simulated.SimulatedPortal"
        settings.ENVIRONMENT = {
            **settings.ENVIRONMENT, "HOSO_MINISTRY_PORTAL_URL": server.url, "HOSO_MINISTRY_PORTAL_AT": time(22, 30),
        }  # fmt: skip
        yield server


def held(server: SimulatedServer) -> dict[str, Held]:
    return {one.name: one for one in server.shelf.all()}


def changes_of_this_transaction(consumer: str, limit: int) -> list[Change]:
    """The changes of a test that rolls back: they never become older than every running transaction. That guard is
    tested where changes are (core/changes), and by the kill test, which commits."""
    found = rows(
        "SELECT transaction_id::text::bigint, id, topic, key, person_id, facility_id, sensitivity, payload::text"
        " FROM changes_change WHERE id > (SELECT coalesce(max(change_id), 0) FROM changes_consumer WHERE name = %s)"
        " ORDER BY id LIMIT %s", consumer, limit,
    )  # fmt: skip
    return [Change((row[0], row[1]), row[2], row[3], row[4], row[5], row[6], json.loads(row[7])) for row in found]
