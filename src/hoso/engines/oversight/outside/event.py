"""One event of another system in the shape in which it is taken over; ids and words of closed lists, nothing anybody wrote."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ACTIONS = frozenset({"read", "search", "create", "update", "delete", "export", "print", "sign-in", "refuse"})
OUTCOMES = frozenset({"done", "refused", "failed"})
LONGEST = 200
AHEAD = timedelta(days=1)  # a clock further ahead is no clock
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class NotUnderstood(Exception):
    """The text tells no event; says why in a few words, without the text. `kept`: what of the text may be kept, where that is
    not the whole."""

    def __init__(self, reason: str, kept: str | None = None) -> None:
        super().__init__(reason)
        self.kept = kept


class TellsNoAccess(NotUnderstood):
    """A well-formed line about something else than an access: passed over, not kept."""


@dataclass(frozen=True)
class Told:
    """`person`: the FHIR id of a Patient of this house; `number`: a personal number. `key` makes the event one."""

    key: str
    at: datetime
    account: str
    name: str
    action: str
    person: str = ""
    number: str = ""
    role: str = ""
    purpose: str = ""
    object: str = ""
    outcome: str = "done"
    sensitive: bool = False
    break_glass: bool = False
    found: int | None = None
    address: str = ""
    device: str = ""


def told(text: str, **values: Any) -> Told:
    """Check what was read and cut it to size; without an id of its own the event's key is the hash of its text.

    Raises NotUnderstood where when, who or what is missing, or the clock is out of the question.
    """
    at, action = values.get("at"), values.get("action") or ""
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise NotUnderstood("no moment with a zone")
    if not OLDEST < at < datetime.now(UTC) + AHEAD:
        raise NotUnderstood("a clock out of the question")
    if action not in ACTIONS:
        raise NotUnderstood("no known action")
    account = _word(values.get("account") or values.get("name"))
    if not account:
        raise NotUnderstood("no account")
    outcome = values.get("outcome") or "done"
    if outcome not in OUTCOMES:
        raise NotUnderstood("no known outcome")
    found = values.get("found")
    return Told(
        key=_word(values.get("key")) or f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
        at=at.astimezone(UTC),
        account=account,
        name=_word(values.get("name")) or account,
        action=action,
        outcome=outcome,
        sensitive=bool(values.get("sensitive")),
        break_glass=bool(values.get("break_glass")),
        found=found if type(found) is int and 0 <= found < 2**31 else None,
        **{
            name: _word(values.get(name))
            for name in ("person", "number", "role", "purpose", "object", "address", "device")
        },
    )


def _word(value: Any) -> str:
    """Cut to size, without what no database keeps as text (NUL)."""
    return str(value or "").replace("\x00", "").strip()[:LONGEST]


def moment(text: Any) -> datetime | None:
    """A moment of ISO 8601 with a zone, or milliseconds since 1970; None where it is neither."""
    try:
        if isinstance(text, int) or (isinstance(text, str) and text.isdecimal() and len(text) > 8):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        return datetime.fromisoformat(str(text))
    except (ValueError, OverflowError, OSError):
        return None
