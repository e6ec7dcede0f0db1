"""ArcSight Common Event Format, version 0 (implementation standard 25), one line for an event."""

from importlib.metadata import version
from typing import Any

from hoso.core.audit.queries import EventRow

NAMES = {
    "read": "Record read", "search": "Search", "create": "Record created", "update": "Record changed",
    "delete": "Record deleted", "export": "Data exported", "print": "Record printed", "sign-in": "Sign-in",
    "refuse": "Access refused",
}  # fmt: skip
PLAIN, NOTABLE, HIGH = 3, 6, 8


def line(event: EventRow) -> str:
    head = ["CEF:0", "HoSo", "HoSo", version("hoso"), event.action, NAMES[event.action], str(_severity(event))]
    fields = " ".join(f"{name}={_value(value)}" for name, value in _extension(event).items() if value not in (None, ""))
    return "|".join([head[0], *(_head(part) for part in head[1:]), fields])


def _severity(event: EventRow) -> int:
    if event.break_glass:
        return HIGH
    return NOTABLE if event.sensitive or event.outcome != "done" or event.action in ("export", "print") else PLAIN


def _extension(event: EventRow) -> dict[str, Any]:
    return {
        "rt": int(event.at.timestamp() * 1000),
        "externalId": event.id,
        "suid": event.actor_id,
        "suser": event.actor_name,
        "spriv": event.role,
        "src": event.source,
        "spt": event.source_port,
        "requestClientApplication": event.device,
        "act": event.action,
        "outcome": event.outcome,
        "reason": event.reason,
        "cat": event.store,
        "request": event.route,
        "cs1Label": "purpose", "cs1": event.purpose or "-",
        "cs2Label": "object", "cs2": event.object or "-",
        "cs3Label": "requestId", "cs3": event.request_id or "-",
        "cs4Label": "accountKind", "cs4": event.account_kind or "-",
        "cs5Label": "sensitive", "cs5": str(event.sensitive).lower(),
        "cs6Label": "breakGlass", "cs6": str(event.break_glass).lower(),
        **({"cn1Label": "person", "cn1": event.person_id} if event.person_id is not None else {}),
        **({"cn2Label": "found", "cn2": event.found} if event.found is not None else {}),
    }  # fmt: skip


def _head(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _value(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace("=", "\\=").replace("\r", "").replace("\n", "\\n")
