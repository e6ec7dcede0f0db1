"""The end of the socket that asks the process which holds the facts."""

import os
import socket
from pathlib import Path
from typing import Any

from hoso.core.facts.messages import receive, send, socket_path

SECONDS = 20.0


def ask_holder(folder: Path, question: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any] | None:
    """What the holder of this folder answers; None where there is none, it did not answer in time, or it failed."""
    path = socket_path(folder)
    try:
        if path.stat().st_uid != os.geteuid():  # somebody else's socket would tell false figures
            return None
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            send(connection, question)
            told: dict[str, Any] = receive(connection)
    except OSError:
        return None
    return None if "failed" in told else told
