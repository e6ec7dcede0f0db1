"""`hoso clients`: registering, listing, a new secret, new keys, closing, a new signing key."""

import json
from collections.abc import Callable
from pathlib import Path

from hoso.cli.tests.running import run_hoso
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.models import Account
from tests.authorization.flow import new_key, service_account
from tests.database import Database


def test_the_life_of_a_client(
    own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path
) -> None:
    account_with_role("intake_officer", username="canbo")
    made = run_hoso(
        own_database, "clients", "register", "Sổ tiêm", "--kind", "symmetric", "--owner", "canbo", "--scope", "openid",
        "--redirect-uri", "https://app.example.vn/cb", "--json",
    )  # fmt: skip
    told = json.loads(made.stdout.splitlines()[-1])
    client = Client.objects.get(client_id=told["client_id"])
    assert client.check_client_secret(told["client_secret"])
    renewed = run_hoso(own_database, "clients", "secret", client.client_id).stdout.strip()
    client.refresh_from_db()
    assert client.check_client_secret(renewed)
    assert not client.check_client_secret(told["client_secret"])
    assert client.client_id in run_hoso(own_database, "clients", "list").stdout
    run_hoso(own_database, "clients", "close", client.client_id)
    (listed,) = json.loads(run_hoso(own_database, "clients", "list", "--json").stdout.splitlines()[-1])["clients"]
    assert listed["lives"] is False


def test_a_client_with_keys(own_database: Database, account_with_role: Callable[..., Account], tmp_path: Path) -> None:
    account_with_role("intake_officer", username="canbo")
    machine, file = service_account(), tmp_path / "keys.json"
    file.write_text(json.dumps(new_key().jwks))
    run_hoso(
        own_database, "clients", "register", "Kho", "--kind", "asymmetric", "--owner", "canbo", "--scope", "system/*.rs",
        "--account", machine.username, "--jwks-file", str(file),
    )  # fmt: skip
    client = Client.objects.get()
    file.write_text(json.dumps(new_key(kid="second").jwks))
    run_hoso(own_database, "clients", "keys", client.client_id, str(file))
    client.refresh_from_db()
    assert client.jwks is not None
    assert client.jwks["keys"][0]["kid"] == "second"
    assert run_hoso(own_database, "clients", "rotate-keys").stdout.strip()
