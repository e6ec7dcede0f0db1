"""Taking over what another system tells, in batches: each batch one transaction, acknowledged when it is committed."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import orjson
from django.db import DatabaseError, connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import broken_constraint
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.oversight.outside.event import NotUnderstood
from hoso.engines.oversight.outside.shapes import read_event

PURPOSE, PERMISSION = "oversight", "audit.feed"
BATCH = 1000
LONGEST = 16_000


@dataclass(frozen=True)
class Taken:
    """How many events were told, how many of them were new, and how many texts told none."""

    seen: int
    taken: int
    dead: int


def take(actor: Actor, texts: Iterable[str]) -> Taken:
    """Take over events of the source that this account feeds, in one transaction; what tells no event is kept as a dead letter.
    Sending again changes nothing. Raises HosoError HS2001 without the permission, HS8030 for an account that feeds no source."""
    scope = decide(actor, PERMISSION, PURPOSE)
    events, dead = [], []
    for text in texts:
        try:
            events.append(asdict(read_event(text)))
        except NotUnderstood as problem:
            dead.append(_dead(text, str(problem)))
    try:
        with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "SELECT seen, taken FROM oversight_take(%s::jsonb, %s::jsonb)",
                [orjson.dumps(events).decode(), orjson.dumps(dead).decode()],
            )
            seen, taken = cursor.fetchone()
            record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", object="oversight events", found=taken))
    except DatabaseError as error:
        if broken_constraint(error) == "feeds_a_source":
            raise HosoError("HS8030") from error
        raise
    return Taken(seen, taken, len(dead))


def _dead(text: str, reason: str) -> dict[str, str]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"sha256": sha256, "reason": reason, "content": text.replace("\x00", "")[:LONGEST]}


def take_file(actor: Actor, path: Path) -> Iterator[Taken]:
    """Take over a file: CSV with a head of our own names, or one event a line; gives the account of each batch."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines: Iterator[str] = (line for line in file if line.strip())
        if path.suffix == ".csv":
            lines = (_as_json(row) for row in csv.DictReader(file))
        while batch := list(islice(lines, BATCH)):
            yield take(actor, batch)


def _as_json(row: dict[str, str]) -> str:
    values: dict[str, object] = {name: value for name, value in row.items() if name and value}
    for name in ("sensitive", "break_glass"):
        values[name] = str(values.get(name, "")).lower() in ("true", "1")
    if str(values.get("found", "")).isdecimal():
        values["found"] = int(str(values["found"]))
    return orjson.dumps(values).decode()
