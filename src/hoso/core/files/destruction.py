"""The record of what was destroyed: keys, whose loss makes unreadable whatever was kept under them."""

import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

FILE = "destroyed.jsonl"


def record_destruction(home: Path, kind: str, key_id: str, key: bytes, who: str) -> None:
    """Add a line before the key is removed: what, when, by whom, and a fingerprint that proves which key it was."""
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "what": f"key/{kind}/{key_id}",
        "how": "removed; kept under it nothing, or only backups to be destroyed with it",
        "sha256_of_key": sha256(key).hexdigest(),
        "by": who,
    }
    handle = os.open(home / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, (json.dumps(entry, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
