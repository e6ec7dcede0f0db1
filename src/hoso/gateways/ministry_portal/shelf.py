"""What the simulated portal keeps: of each document its name, day, hash and the keys it saw; no content, so nothing of a person.

One file for each document, written whole before the answer is given, so that a killed portal forgets nothing it answered.
"""

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificates

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.bundle_signature import MARK, check_bundle
from hoso.gateways.ca.believing import BelievedRoots

TOKEN = "simulated-token-of-a-demonstration"
PAGE = 200
PERSONAL_NUMBER = "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan"
Said = tuple[int, dict[str, Any]]  # status and body of an answer


@dataclass
class Held:
    """A document on the shelf. `keys`: each act that was done, with the hash it was done with (empty: a withdrawal)."""

    name: str
    day: str
    sha256: str = ""
    state: str = "held"  # or withdrawn
    changes: int = 0
    keys: dict[str, str] = field(default_factory=dict)


class Shelf:
    def __init__(self, folder: Path, roots: Path) -> None:
        self.folder, self.roots = folder, roots
        self.lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, name: str, key: str, day: str, expected: Sequence[str], body: bytes) -> Said:
        wrong = self._refusal(body)
        if wrong:
            return 422, wrong
        return self._change(name, key, day, expected, sha256(_unsigned(body)).hexdigest())

    def withdraw(self, name: str, key: str, day: str, expected: Sequence[str]) -> Said:
        return self._change(name, key, day, expected, "")

    def listing(self, day: str, after: str = "") -> Said:
        found = sorted((one for one in self.all() if one.day == day and one.name > after), key=lambda one: one.name)
        shown = [{"name": one.name, "sha256": one.sha256 or None, "state": one.state} for one in found[:PAGE]]
        return 200, {"documents": shown, "next": found[PAGE - 1].name if len(found) > PAGE else None}

    def all(self) -> list[Held]:
        return [Held(**json.loads(path.read_text())) for path in self.folder.glob("*.json")]

    def get(self, name: str) -> Held | None:
        path = self._path(name)
        return Held(**json.loads(path.read_text())) if path.exists() else None

    def keep(self, held: Held) -> None:
        path = self._path(held.name)
        made = path.with_suffix(f".{threading.get_ident()}")
        made.write_text(json.dumps(asdict(held)))
        os.replace(made, path)

    def _change(self, name: str, key: str, day: str, expected: Sequence[str], digest: str) -> Said:
        with self.lock:
            held = self.get(name) or Held(name, day, state="withdrawn")
            if key in held.keys:
                if held.keys[key] != digest:
                    return 409, {"sha256": held.sha256 or held.keys[key]}
                return 200, {"receipt": f"MP-{key}"}
            if held.state == "held" and held.sha256 != digest and held.sha256 not in expected:
                return 409, {"sha256": held.sha256}
            held.day, held.sha256, held.state = day, digest, "held" if digest else "withdrawn"
            held.keys[key], held.changes = digest, held.changes + 1
            self.keep(held)
            return 201, {"receipt": f"MP-{key}"}

    def _refusal(self, body: bytes) -> dict[str, Any] | None:
        """Why a document is not taken, as such a portal would judge; None where it is."""
        try:
            good = check_bundle(body, BelievedRoots(load_pem_x509_certificates(self.roots.read_bytes()))).good
            entries = [one["resource"] for one in json.loads(body)["entry"]]
        except (HosoError, ValueError, KeyError, TypeError, OSError):
            good, entries = False, []
        if not good:
            return {"code": "signature", "text": "Chữ ký số không hợp lệ (the signature is not good)"}
        patients = [one for one in entries if one.get("resourceType") == "Patient"]
        numbers = [one.get("system") for patient in patients for one in patient.get("identifier", ())]
        if PERSONAL_NUMBER not in numbers:
            return {"code": "no-personal-number", "text": "Thiếu số định danh cá nhân (no personal number)"}
        return None

    def _path(self, name: str) -> Path:
        return self.folder / f"{sha256(name.encode()).hexdigest()[:40]}.json"


def _unsigned(body: bytes) -> bytes:
    return body[: body.rfind(MARK)] + b"}"
