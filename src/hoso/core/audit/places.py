"""The second place of the checkpoints: a folder that is brought level after each line, and a log collector."""

import logging
import os
from pathlib import Path

from django.conf import settings

from hoso.core.audit.checkpoints import Line, last_line
from hoso.core.audit.paths import checkpoints_copy, checkpoints_folder
from hoso.core.audit.syslog import CHECKPOINT, Collector, message
from hoso.core.errors import HosoError

log = logging.getLogger(__name__)
HASHED = ("checkpoint", "restore")


def send_on(line: Line) -> None:
    """Bring the second places level. What fails is logged and made good with the next line (the folder) or not at all
    (the collector); sealing goes on."""
    try:
        bring_level()
    except (OSError, HosoError) as error:
        log.error("the second place of the audit's checkpoints takes none: %s", error)
    if settings.HOSO_AUDIT_SYSLOG:
        try:
            with Collector(settings.HOSO_AUDIT_SYSLOG) as collector:
                collector.send(message(line.at, CHECKPOINT, line.raw.decode(), notice=True))
        except HosoError as error:
            log.error("%s", error)


def bring_level() -> None:
    """Append to the copy what it lacks. Raises HosoError HS2154 where it holds something else than the first place."""
    copy = checkpoints_copy()
    if copy is None:
        return
    copy.mkdir(parents=True, exist_ok=True, mode=0o750)
    for path in sorted(checkpoints_folder().glob("*.jsonl")):
        _append_rest(path, copy / path.name)


def newest_hash() -> Line | None:
    """The newest line of any place that tells a hash of the chain: a first place that was set back does not hide what the
    second one kept."""
    found = [last_line(folder, HASHED) for folder in (checkpoints_folder(), checkpoints_copy()) if folder]
    return max((line for line in found if line), key=lambda line: line.number, default=None)


def _append_rest(source: Path, target: Path) -> None:
    written = target.read_bytes() if target.exists() else b""
    whole = source.read_bytes()
    if not whole.startswith(written):
        last = last_line(target.parent)
        raise HosoError("HS2154", number=last.number if last else 0)
    if len(whole) == len(written):
        return
    descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, whole[len(written) :])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
