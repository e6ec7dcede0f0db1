"""A hospital that sends: `python -m tests.faults.uploader LIST ACKNOWLEDGED`.

Sends the files named in LIST, one a line, in order; writes a line to ACKNOWLEDGED, safely on disk, only after the
receipt came. What was not acknowledged is sent again, here or when started again.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

AHEAD = 3  # packages that may be open before the next is sent: the sending lasts as long as the intake


def main() -> None:
    names, acknowledged = Path(sys.argv[1]).read_text().split(), Path(sys.argv[2])
    from hoso.cli.house import open_current_house

    open_current_house()
    from django.db import InterfaceError, OperationalError, connection

    done = {entry["file"] for entry in read_acknowledged(acknowledged)}
    for name in names:
        while name not in done:
            try:
                while _open_packages() >= AHEAD:
                    time.sleep(0.05)
                receipt = _send(Path(name))
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(0.1)
                continue
            _acknowledge(acknowledged, {"file": name, "id": receipt.id, "sha256": receipt.sha256})
            done.add(name)


def read_acknowledged(path: Path) -> list[dict[str, Any]]:
    """Every acknowledgement that is whole; the last line may have been cut by a kill before anyone counted on it."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _send(path: Path) -> Any:
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.core.files.originals import chunks_of
    from hoso.engines.intake.actions import receive

    actor = Actor(intake_service_id(), INTAKE_SERVICE, "proof:upload")
    with path.open("rb") as stream:
        return receive(actor, path.name, chunks_of(stream), "api")


def _acknowledge(path: Path, entry: dict[str, Any]) -> None:
    with path.open("a") as target:
        target.write(json.dumps(entry) + "\n")
        target.flush()
        os.fsync(target.fileno())


def _open_packages() -> int:
    from django.db import connection

    from hoso.core.accounts.machines import intake_service_id
    from hoso.core.database.session import acting_transaction

    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_package WHERE state IN ('waiting', 'reading')")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
