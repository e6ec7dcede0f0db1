"""PostgreSQL's own log as a source: what the audit extension pgaudit tells, who signed in, and what was refused.

The log comes as jsonlog, csvlog, or lines with the prefix of docs/reference/oversight-sources.md. A statement may hold anything, a
patient's name too: of it class, command and the object's name are read, and nothing else is kept, in a dead letter neither.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from hoso.engines.oversight.outside.event import NotUnderstood, TellsNoAccess, Told, told

KEY = "pgaudit:"  # how the key of a statement begins: by it the sensors know what went past the application
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \S+?"
_CSV = re.compile(rf"{_MOMENT},")
_LINE = re.compile(
    rf"(?P<timestamp>{_MOMENT}) user=(?P<user>.*?) db=(?P<dbname>.*?) client=(?P<remote_host>\S*) "
    r"session=(?P<session_id>[0-9a-f]+\.[0-9a-f]+) line=(?P<line_num>\d+) (?P<error_severity>[A-Z]+\d?):  "
    r"(?P<message>.*)",
    re.DOTALL,
)  # without the application's name: who connects chooses it, and could write the rest of a line into it
_HEAD = re.compile(rf'(?:\{{"timestamp":")?({_MOMENT})(?=[ ,"])')
_SESSION = re.compile(r"\b[0-9a-f]{8}\.[0-9a-f]+\b")
# The columns of csvlog (PostgreSQL 13 and later) that are read, by the names of jsonlog.
_COLUMNS = {
    "timestamp": 0, "user": 1, "dbname": 2, "remote_host": 4, "session_id": 5, "line_num": 6, "error_severity": 11,
    "state_code": 12, "message": 13, "application_name": 22,
}  # fmt: skip
_FEWEST_COLUMNS = 23
_CONTINUED = {"STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION"}
_COMMANDS = {
    "INSERT": "create", "UPDATE": "update", "MERGE": "update", "DELETE": "delete", "TRUNCATE TABLE": "delete",
    "COPY": "create",
}  # fmt: skip
_OWN_SETTINGS = re.compile(r"\b(?:pgaudit\.|log_|logging_collector|shared_preload_libraries)", re.IGNORECASE)
_AUDIT_SETTINGS = "audit-settings"  # as sensor S13 knows it
_DENIED = re.compile(r'permission denied for (?:[a-z ]+) "?([\w.]+)"?$')


def postgres_line(text: str) -> dict[str, Any] | None:
    """The fields of a line of csvlog, or one with our prefix, by the names of jsonlog; None where it is neither."""
    if _CSV.match(text):
        return _row(next(csv.reader([text]), []))
    found = _LINE.fullmatch(text)
    if found:
        return found.groupdict()
    return {"error_severity": ""} if _HEAD.match(text) else None


def read_postgres(text: str, line: dict[str, Any]) -> Told:
    """What one line tells. Raises TellsNoAccess for the server's talk about itself, NotUnderstood."""
    try:
        return _read(text, line)
    except TellsNoAccess:
        raise
    except (NotUnderstood, AttributeError, TypeError, ValueError, LookupError, csv.Error) as problem:
        reason = str(problem) if isinstance(problem, NotUnderstood) else "a line of PostgreSQL of another shape"
        raise NotUnderstood(reason, kept=may_be_kept(text)) from problem


def may_be_kept(text: str) -> str | None:
    """Of a line of PostgreSQL its moment and session, by which it is found again in the log; None for anything else."""
    head = _HEAD.match(text)
    if head is None:
        return None
    session = _SESSION.search(re.split(r"AUDIT:|:  ", text, maxsplit=1)[0])
    return f"PostgreSQL {head[1]} {session[0] if session else ''}".strip()


def _read(text: str, line: dict[str, Any]) -> Told:
    message, severity = line.get("message"), line["error_severity"]
    if severity in _CONTINUED:
        raise TellsNoAccess("more about another line")
    if not isinstance(message, str) or not severity:
        raise NotUnderstood("a line of PostgreSQL cut short, or with another prefix")
    session = line.get("session_id")
    common = {
        "at": _moment(str(line.get("timestamp"))), "account": line.get("user"),
        "address": line.get("remote_host"), "device": line.get("application_name"),
    }  # fmt: skip
    number = f"postgresql:{session}:{line.get('line_num')}"
    if message.startswith("AUDIT: "):
        if not session:
            raise NotUnderstood("no session")
        return told(text, **common, **_statement(str(session), str(line.get("dbname") or ""), message[7:]))
    if message.startswith("connection authorized: "):
        return told(text, key=number, action="sign-in", object=f"database {line.get('dbname')}", **common)
    code = str(line.get("state_code") or "")
    if severity == "FATAL" and code.startswith("28"):  # invalid authorization
        return told(text, key=number, action="sign-in", outcome="refused", **common)
    if severity == "ERROR" and code == "42501":  # no right
        denied = _DENIED.match(message)
        object_ = f"{line.get('dbname')}.{denied[1]}" if denied else ""
        return told(text, key=number, action="refuse", outcome="refused", object=object_, **common)
    raise TellsNoAccess("the server's own talk")


def _statement(session: str, database: str, entry: str) -> dict[str, Any]:
    """pgaudit 1.5 to 17: type, statement, substatement, class, command, kind and name of the object, statement's text,
    parameters, and rows where `pgaudit.log_rows` is on."""
    parts = next(csv.reader([entry], strict=True))
    if len(parts) < 9 or parts[0] not in ("SESSION", "OBJECT") or not (parts[1] + parts[2]).isdecimal():
        raise NotUnderstood("an entry of pgaudit of another shape")
    type_, statement, sub, class_, command, kind, name = parts[:7]
    action, object_ = _action(class_, command, parts[7]), f"{class_} {command}"
    if name:
        object_ += f" {kind.lower()} {database}.{name}"
    elif database:
        object_ += f" in {database}"
    if class_ in ("MISC", "ROLE", "DDL") and command in (
        "SET",
        "RESET",
        "ALTER SYSTEM",
        "ALTER ROLE",
        "ALTER DATABASE",
    ):
        object_ = _AUDIT_SETTINGS if _OWN_SETTINGS.search(parts[7]) else object_
    rows = parts[9] if len(parts) > 9 and command != "COPY" else ""  # of a COPY pgaudit counts none
    return {
        "key": f"{KEY}{session}:{statement}.{sub}:{type_}:{class_}:{name}",
        "action": action,
        "object": object_,
        "found": int(rows) if rows.isdecimal() else None,
    }


def _action(class_: str, command: str, statement: str) -> str:
    """Raises TellsNoAccess for what is neither a reading nor a change: BEGIN, SET of a date style, VACUUM."""
    match class_:
        case "READ":
            return "export" if command == "COPY" else "read"
        case "WRITE":
            return _COMMANDS.get(command, "update")
        case "DDL":
            return {"CREATE": "create", "DROP": "delete"}.get(command.partition(" ")[0], "update")
        case "ROLE" | "FUNCTION":
            return "update"
        case "MISC" if command == "LOAD" or (command in ("SET", "RESET") and _OWN_SETTINGS.search(statement)):
            return "update"
        case "MISC":
            raise TellsNoAccess("neither a reading nor a change")
    raise NotUnderstood("a class of pgaudit that is not known")


def _moment(text: str) -> datetime:
    """A moment as PostgreSQL writes it: with UTC, GMT, or an offset in hours and minutes. Raises NotUnderstood: a zone's letters
    (`ICT`) say too little."""
    clock, _, zone = text.rpartition(" ")
    offset = {"UTC": "+00", "GMT": "+00"}.get(zone, zone)
    try:
        return datetime.fromisoformat(f"{clock}{offset}")
    except ValueError as error:
        raise NotUnderstood("no moment with a zone") from error


def is_postgres_log(first_line: str) -> bool:
    """Whether a file that begins so is a log of PostgreSQL in csvlog or with our prefix."""
    return _CSV.match(first_line) is not None or _LINE.fullmatch(first_line.rstrip("\r\n")) is not None


def records(lines: Iterable[str]) -> Iterator[str]:
    """The lines of such a file made whole, for a statement may run over many: each one as jsonlog tells it."""
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        return
    whole = _chained(first, lines)
    if _CSV.match(first):
        for row in csv.reader(whole):
            yield orjson.dumps(_row(row)).decode() if row else ""
    else:
        yield from _joined(whole)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """What begins with a tab belongs to the line before it."""
    record = ""
    for line in lines:
        if line.startswith("\t"):
            record += f"\n{line[1:].rstrip()}"
            continue
        if record:
            yield record
        record = line.rstrip("\r\n")
    if record:
        yield record


def _row(row: list[str]) -> dict[str, Any]:
    """A row that is cut short has no severity, and tells nothing."""
    if len(row) < _FEWEST_COLUMNS:
        return {"timestamp": row[0] if row else "", "error_severity": ""}
    line = {name: row[place] for name, place in _COLUMNS.items()}
    return line | {"remote_host": re.sub(r":\d+$", "", line["remote_host"])}  # csvlog adds the port
