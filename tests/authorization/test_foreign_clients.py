"""Clients that others wrote, which share no code with the server: oauthlib (Python), openid-client (Node).

Node's packages come from npm by the pinned lock beside `node/client.mjs`, where node and npm are on the machine; with
CI=true their absence is a failure.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateNumbers

from hoso.core.accounts.models import Account
from tests.authorization.flow import b64url, new_key, registered, service_account
from tests.authorization.served import PASSWORD, Person, serve
from tests.database import Database

NODE = Path(__file__).with_name("node")
CALLBACK = "http://127.0.0.1:9/callback"
SCOPE = "openid fhirUser offline_access __hoso/package.read"


@pytest.fixture
def base(own_database: Database, account_with_role: Callable[..., Account]) -> Iterator[str]:
    account_with_role("intake_officer", username="canbo", password=PASSWORD)
    with serve() as address:
        yield address


def owner() -> Account:
    return Account.objects.get(username="canbo")


def test_oauthlib_signs_in_refreshes_and_asks(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from requests_oauthlib import OAuth2Session

    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # plain http, on this machine
    client_id = registered(owner(), scopes=SCOPE, redirect_uris=[CALLBACK]).client.client_id
    app = OAuth2Session(client_id, redirect_uri=CALLBACK, scope=SCOPE.split(), pkce="S256")
    address, _state = app.authorization_url(f"{base}/oauth/authorize")
    back = Person(base, "canbo").allow(address)
    token = app.fetch_token(f"{base}/oauth/token", authorization_response=back, include_client_id=True)
    assert app.get(f"{base}/api/v1/intake/packages/1").status_code == 404
    fresh = app.refresh_token(f"{base}/oauth/token", client_id=client_id)
    assert fresh["refresh_token"] != token["refresh_token"]
    assert app.get(f"{base}/api/v1/intake/packages/1").status_code == 404


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with client.mjs and its packages."""
    if not (shutil.which("node") and shutil.which("npm")):
        _without("node and npm are not on this machine")
    folder = tmp_path_factory.mktemp("node")
    for name in ("client.mjs", "package.json", "package-lock.json"):
        shutil.copy(NODE / name, folder)
    done = subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, check=False, timeout=180)  # fmt: skip
    if done.returncode:
        _without(f"npm ci failed: {done.stderr[-300:]}")
    return folder


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(f"openid-client LEFT OUT: {reason}")


def run(folder: Path, what: str, **given: Any) -> Any:
    """Let the Node client do one thing; it may ask the person through its output, one line each way."""
    person: Person | None = given.pop("person", None)
    with subprocess.Popen(
        ["node", "client.mjs", what, json.dumps(given)], cwd=folder, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr
        if person is not None:
            address = process.stdout.readline().strip()
            assert address.startswith("http"), process.stderr.read()
            process.stdin.write(person.allow(address) + "\n")
            process.stdin.flush()
        out, problems = process.communicate(timeout=60)
    assert process.returncode == 0, problems
    return json.loads(out.splitlines()[-1])


@pytest.mark.parametrize("kind", ["public", "symmetric"])
def test_openid_client_signs_in_verifies_refreshes_introspects_and_revokes(base: str, node: Path, kind: str) -> None:
    handed = registered(owner(), kind, SCOPE, redirect_uris=[CALLBACK])
    told = run(
        node, "code", issuer=base, client_id=handed.client.client_id, secret=handed.secret, redirect_uri=CALLBACK, scope=SCOPE,
        person=Person(base, "canbo"),
    )  # fmt: skip
    assert told["claims"]["sub"] == f"account-{owner().pk}"
    assert told["refreshed"] is True
    assert told["before"] == 404
    assert told["after"] == 401
    assert told["introspected"] == (True if kind == "symmetric" else None)


def test_openid_client_acts_by_itself_with_a_key(base: str, node: Path) -> None:
    key = new_key("EC")
    handed = registered(
        owner(), "asymmetric", "__hoso/package.read", redirect_uris=[], account=service_account(), jwks=key.jwks
    )
    numbers = key.private.private_numbers()
    assert isinstance(numbers, EllipticCurvePrivateNumbers)
    jwk = {**key.jwks["keys"][0], "d": b64url(numbers.private_value.to_bytes(48, "big")), "key_ops": ["sign"]}
    told = run(node, "backend", issuer=base, client_id=handed.client.client_id, jwk=jwk, scope="__hoso/package.read")
    assert (told["expires_in"], told["status"]) == (300, 404)
