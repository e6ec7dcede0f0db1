"""A Backend Services client exports in bulk from a served house, its own worker at work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from hoso.cli.tests.test_serve import Served
from hoso.core.accounts.models import Account
from hoso.engines.records.resource_types import name_of
from tests.authorization.flow import registered, service_account
from tests.claim_packages import package, sample_3176
from tests.database import Database
from tests.intaking import Intake, rows, sign_in
from tests.outside_clients.test_insurer_client import START_SECONDS, wait_for

CLIENT = Path(__file__).with_name("bulk_client") / "client.py"
KEYS: dict[str, Any] = {
    "ES384": lambda: ECKey.generate_key("P-384", {"kid": "one", "alg": "ES384"}),
    "RS384": lambda: RSAKey.generate_key(2048, {"kid": "one", "alg": "RS384"}),
}


@pytest.fixture
def house(own_database: Database) -> Iterator[str]:
    Intake(own_database.home / "sent").send(package(sample_3176()))
    server = Served(own_database)
    try:
        wait_for(server.is_up, START_SECONDS)
        yield f"http://127.0.0.1:{server.port}/fhir/r4"
    finally:
        server.process.kill()
        server.process.wait()


def _client(algorithm: str, role: str, folder: Path) -> list[str]:
    key = KEYS[algorithm]()
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)))
    account = service_account(role)
    owner: Account = sign_in("intake_officer")
    client = registered(
        owner,
        "asymmetric",
        "system/*.rs",
        redirect_uris=[],
        account=account,
        jwks={"keys": [key.as_dict(private=False)]},
    )
    return ["--client-id", client.client.client_id, "--key", str(folder / "key.json"), "--algorithm", algorithm]


def _run(house: str, arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOSO", "DJANGO", "DATABASE"))
    }
    return subprocess.run(
        [sys.executable, str(CLIENT), "--base", house, *arguments, str(folder)], env=environment, capture_output=True,
        text=True, check=False, timeout=180,
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_backend_service_exports_everything_it_may(house: str, algorithm: str, tmp_path: Path) -> None:
    arguments = _client(algorithm, "bulk_exporter", tmp_path)
    done = _run(house, arguments, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    found = rows("SELECT type, count(*) FROM records_resource WHERE sensitivity = 0 GROUP BY 1")
    stored = {name_of(number): count for number, count in found}
    assert json.loads(done.stdout) == stored and stored["Patient"] == 1


def test_one_that_may_only_read_exports_nothing(house: str, tmp_path: Path) -> None:
    done = _run(house, _client("ES384", "intake_service", tmp_path), tmp_path)
    assert done.returncode != 0 and "HS2001" in done.stderr and not list(tmp_path.glob("*.ndjson"))
