"""docs/reference/authorization.md: each curl example of the page works as it stands, and it says what SMART asks for."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from tests.authorization.flow import Backend, b64url, new_key, registered, service_account
from tests.authorization.served import PASSWORD, Person, serve
from tests.database import Database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "authorization.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
CALLBACK, VERIFIER = "http://127.0.0.1:9/callback", "v" * 50
SCOPE = "__hoso/package.read offline_access"
LET_IN = "HS5001"  # there is no such package: the asker was let in and told so


@pytest.mark.smart(139)
def test_it_says_what_happens_to_linked_patients() -> None:
    assert "`Patient.link`" in PAGE.read_text(encoding="utf-8")


@pytest.fixture
def base(own_database: Database, account_with_role: Callable[..., Account]) -> Iterator[str]:
    account_with_role("intake_officer", username="canbo", password=PASSWORD)
    with serve() as address:
        yield address


def run(number: int, **words: str) -> Any:
    """Run one example of the page with these words in it; returns its answer."""
    environment = {**os.environ, "PACKAGE": "1", "REDIRECT_URI": CALLBACK, "VERIFIER": VERIFIER, **words}
    done = subprocess.run(
        ["bash", "-euc", EXAMPLES[number]], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def allowed(base: str, client_id: str) -> str:
    """The code that a person's yes gives."""
    challenge = b64url(hashlib.sha256(VERIFIER.encode()).digest())
    asked = {
        "response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "scope": SCOPE, "state": "s",
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    back = Person(base, "canbo").allow(f"{base}/oauth/authorize?{urlencode(asked)}")
    return parse_qs(urlsplit(back).query)["code"][0]


@pytest.mark.skipif(
    shutil.which("curl") is None and os.environ.get("CI") != "true", reason="curl is not on this machine: LEFT OUT"
)
def test_every_example_works(base: str) -> None:
    assert len(EXAMPLES) == 8
    owner = Account.objects.get(username="canbo")
    public = registered(owner, scopes=SCOPE, redirect_uris=[CALLBACK]).client.client_id
    given = run(0, BASE=base, CLIENT_ID=public, CODE=allowed(base, public))
    assert run(1, BASE=base, ACCESS_TOKEN=given["access_token"])["code"] == LET_IN
    assert run(2, BASE=base, CLIENT_ID=public, REFRESH_TOKEN=given["refresh_token"])["expires_in"] == 3600

    key, machine = new_key(), service_account("intake_officer")
    handed = registered(owner, "asymmetric", "__hoso/package.read", redirect_uris=[], account=machine, jwks=key.jwks)
    statement = Backend(handed, key).assertion({"aud": f"{base}/oauth/token"})
    backend = run(3, BASE=base, SCOPE="__hoso/package.read", ASSERTION=statement)
    assert run(1, BASE=base, ACCESS_TOKEN=backend["access_token"])["code"] == LET_IN

    server = registered(owner, "symmetric", SCOPE, redirect_uris=[CALLBACK])
    who = {"BASE": base, "CLIENT_ID": server.client.client_id, "CLIENT_SECRET": server.secret}
    code = allowed(base, server.client.client_id)
    exchange = EXAMPLES[0].rstrip() + f" -d client_secret={server.secret}\n"
    EXAMPLES.append(exchange)
    token = run(8, **who, CODE=code)["access_token"]
    assert run(4, **who, ACCESS_TOKEN=token)["active"] is True
    assert run(5, **who, ACCESS_TOKEN=token) == {}
    assert run(4, **who, ACCESS_TOKEN=token) == {"active": False}

    own = issue_token(owner, "R", scopes=["__hoso/package.read"], shape="dhis2")
    assert run(6, BASE=base, D2PAT=own)["code"] == LET_IN
    machine.set_password(PASSWORD)
    machine.save()
    assert run(7, BASE=base, USERNAME=machine.username, PASSWORD=PASSWORD)["code"] == LET_IN
