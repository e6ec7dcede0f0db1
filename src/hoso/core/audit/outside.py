"""Checking the checkpoints themselves: numbers, ties, signatures, keys, times, and that both places say the same."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from hoso.core.audit import keys
from hoso.core.audit.checkpoints import Line, read_lines
from hoso.core.audit.findings import CLOCK_TOLERANCE, Finding
from hoso.core.audit.paths import checkpoints_copy, checkpoints_folder


@dataclass
class Outside:
    """What the places outside say. `standing` are the checkpoints that still hold: none that a declared restore undid."""

    lines: list[Line] = field(default_factory=list)
    standing: list[Line] = field(default_factory=list)
    removed: dict[int, int] = field(default_factory=dict)  # shelf -> events that retention removed
    restores: list[Line] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def newest(self) -> Line | None:
        return self.standing[-1] if self.standing else None

    def before(self, moment: datetime) -> Line | None:
        """The newest standing checkpoint of that moment or earlier."""
        return next((line for line in reversed(self.standing) if line.at <= moment), None)


def read_outside(installation: UUID, trusted: str | None = None) -> tuple[Outside, list[Finding]]:
    """Read and check every place. `trusted` is the id of the first key, as an operator wrote it down."""
    findings: list[Finding] = []
    places = [folder for folder in (checkpoints_folder(), checkpoints_copy()) if folder is not None]
    read = [_read(folder, findings) for folder in places]
    findings += _disagreement(read)
    longest = max(read, key=len, default=[])
    outside = Outside(lines=longest)
    findings += _check(outside, installation, trusted)
    return outside, findings


def _read(folder: Path, findings: list[Finding]) -> list[Line]:
    try:
        return list(read_lines(folder))
    except (ValueError, OSError) as error:
        findings.append(Finding("checkpoint unreadable", detail=f"{folder}: {type(error).__name__}"))
        return []


def _disagreement(read: list[list[Line]]) -> Iterator[Finding]:
    """The shorter place must be the beginning of the longer one; it may lag by the lines of a broken connection."""
    if len(read) < 2:
        return
    shorter, longer = sorted(read, key=len)
    for one, other in zip(shorter, longer, strict=False):
        if one.raw != other.raw:
            yield Finding("places disagree", detail=f"checkpoint {one.number}")
            return
    if len(read[0]) < len(read[1]):
        yield Finding("old checkpoint", detail=f"the first place ends at {len(read[0])}, the second at {len(read[1])}")


def _check(outside: Outside, installation: UUID, trusted: str | None) -> Iterator[Finding]:
    known: dict[str, bytes] = {}
    current: str | None = None
    before: Line | None = None
    for line in outside.lines:
        name = f"checkpoint {line.number}"
        if line.number != (before.number + 1 if before else 1) or line.fields["previous"] != (
            before.digest if before else ""
        ):
            yield Finding("checkpoint chain broken", detail=name)
        if line.fields["installation"] != str(installation):
            yield Finding("other installation", detail=name)
        if before and before.at - line.at > CLOCK_TOLERANCE:
            yield Finding("clock set back", detail=f"{name}: {before.at.isoformat()} → {line.at.isoformat()}")
        if current is None and line.kind == "key":  # the first signs itself
            current = line.fields["public_id"]
            known[current] = b64decode(line.fields["public"])
            if trusted is not None and current != trusted:
                yield Finding("wrong key", detail=f"{name}: the first key is {current}")
        signer = str(line.fields["key"])
        if signer != current or not line.signed_by(known[signer]):
            yield Finding("wrong key", detail=name)
        elif line.kind == "key":
            current = line.fields["public_id"]
            known[current] = b64decode(line.fields["public"])
            if keys.key_id(known[current]) != current:
                yield Finding("wrong key", detail=name)
            outside.keys.append(current)
        else:
            _take(outside, line)
        before = line


def _take(outside: Outside, line: Line) -> None:
    if line.kind == "checkpoint":
        outside.standing.append(line)
    elif line.kind == "retention":
        outside.removed[int(line.fields["shelf"])] = int(line.fields["events"])
    elif line.kind == "restore":
        outside.restores.append(line)
        outside.standing = [one for one in outside.standing if one.sequence <= line.sequence]
