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
from hoso.engines.oversight.outside.event import NotUnderstood, TellsNoAccess
from hoso.engines.oversight.outside.postgres import is_postgres_log, records
from hoso.engines.oversight.outside.shapes import read_event

PURPOSE, PERMISSION = "oversight", "audit.feed"
BATCH = 1000
LONGEST = 16_000


@dataclass(frozen=True)
class Taken:
    """How many events were told, how many of them were new, how many texts told none, and how many lines of a log spoke of
    something else than an access."""

    seen: int
    taken: int
    dead: int
    passed: int = 0


def take(actor: Actor, texts: Iterable[str]) -> Taken:
    """Take over events of the source that this account feeds, in one transaction; what tells no event is kept as a dead letter.
    Sending again changes nothing. Raises HosoError HS2001 without the permission, HS8030 for an account that feeds no source."""
    scope = decide(actor, PERMISSION, PURPOSE)
    events: list[dict[str, object]] = []
    dead: list[dict[str, str]] = []
    passed = 0
    for text in texts:
        try:
            events.append(asdict(read_event(text)))
        except TellsNoAccess:
            passed += 1
        except NotUnderstood as problem:
            dead.append(_dead(text, problem))
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
    return Taken(seen, taken, len(dead), passed)


def _dead(text: str, problem: NotUnderstood) -> dict[str, str]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    content = text if problem.kept is None else problem.kept
    return {"sha256": sha256, "reason": str(problem), "content": content.replace("\x00", "")[:LONGEST]}


def take_file(actor: Actor, path: Path) -> Iterator[Taken]:
    """Take over a file; gives the account of each batch."""
    texts = texts_of(path)
    while batch := list(islice(texts, BATCH)):
        yield take(actor, batch)


def texts_of(path: Path) -> Iterator[str]:
    """The events of a file, one a text: CSV with a head of our own names, a log of PostgreSQL, or one event a line."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline()
        file.seek(0)
        if is_postgres_log(first):
            yield from (record for record in records(file) if record)
        elif path.suffix == ".csv":
            yield from (_as_json(row) for row in csv.DictReader(file))
        else:
            yield from (line for line in file if line.strip())


def _as_json(row: dict[str, str]) -> str:
    values: dict[str, object] = {name: value for name, value in row.items() if name and value}
    for name in ("sensitive", "break_glass"):
        values[name] = str(values.get(name, "")).lower() in ("true", "1")
    if str(values.get("found", "")).isdecimal():
        values["found"] = int(str(values["found"]))
    return orjson.dumps(values).decode()
