"""Exports in bulk as a SMART Backend Services client: discovery, token by private_key_jwt, kick-off, polling, files, clean-up.

Written from the specifications (SMART App Launch 2.2, FHIR Bulk Data Access 2.0); the assertion is Authlib's.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, RSAKey

SCOPE = "system/*.rs"


class BulkClient:
    """Another server's bulk data, known by its base address."""

    def __init__(self, base: str, client_id: str, key: dict[str, Any], algorithm: str) -> None:
        self.base = base.rstrip("/")
        told = requests.get(f"{self.base}/.well-known/smart-configuration", timeout=30).json()
        assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
        assert algorithm in told["token_endpoint_auth_signing_alg_values_supported"]
        assert "client_credentials" in told["grant_types_supported"]
        assert "client-confidential-asymmetric" in told["capabilities"]
        self.token_url = str(told["token_endpoint"])
        private = ECKey.import_key(key) if key["kty"] == "EC" else RSAKey.import_key(key)
        self.session = OAuth2Session(client_id, private, scope=SCOPE, token_endpoint_auth_method="private_key_jwt")
        self.kid, self.algorithm = str(key["kid"]), algorithm

    def sign_in(self) -> None:
        soon = {"exp": int(time.time()) + 240}  # SMART: five minutes at most; Authlib's own is an hour
        method = PrivateKeyJWT(self.token_url, claims=soon, headers={"kid": self.kid}, alg=self.algorithm)
        self.session.register_client_auth_method(method)
        token = self.session.fetch_token(self.token_url, grant_type="client_credentials")
        assert token["expires_in"] <= 300 and token["scope"] == SCOPE

    def export(self, what: str) -> dict[str, Any]:
        """The manifest, once the server has it."""
        wishes = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
        started = self.session.get(f"{self.base}/{what}", headers=wishes)
        assert started.status_code == 202, started.text
        status = started.headers["Content-Location"]
        while True:
            answer = self.session.get(status, headers={"Accept": "application/json"})
            if answer.status_code != 202:
                assert answer.status_code == 200, answer.text
                return {**answer.json(), "_status": status}
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), 1))

    def take(self, manifest: dict[str, Any], folder: Path) -> dict[str, int]:
        """Each file to the folder; resources by type."""
        assert manifest["requiresAccessToken"] is True
        found: dict[str, int] = {}
        for number, one in enumerate(manifest["output"]):
            answer = self.session.get(one["url"], headers={"Accept": "application/fhir+ndjson"}, stream=True)
            assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/fhir+ndjson"
            path = folder / f"{one['type']}.{number:03}.ndjson"
            with path.open("wb") as target:
                for chunk in answer.iter_content(64 * 1024):
                    target.write(chunk)
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            assert {line["resourceType"] for line in lines} == {one["type"]} and len(lines) == one.get(
                "count", len(lines)
            )
            found[one["type"]] = found.get(one["type"], 0) + len(lines)
        return found

    def forget(self, manifest: dict[str, Any]) -> None:
        assert self.session.delete(manifest["_status"]).status_code == 202
        assert self.session.get(manifest["_status"]).status_code == 404


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("base", "client-id", "key", "algorithm"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--export", default="$export")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    key = json.loads(Path(given.key).read_text(encoding="utf-8"))
    client = BulkClient(given.base, given.client_id, key, given.algorithm)
    client.sign_in()
    manifest = client.export(given.export)
    found = client.take(manifest, given.folder)
    client.forget(manifest)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
