"""OCSF 1.3: Authentication (3002) for signing in, Account Change (3001) for accounts, API Activity (6003) for the rest."""

from importlib.metadata import version
from typing import Any

import orjson

from hoso.core.audit.queries import EventRow

AUTHENTICATION, ACCOUNT_CHANGE, API_ACTIVITY = 3002, 3001, 6003
CATEGORY = {AUTHENTICATION: (3, "Identity & Access Management"), ACCOUNT_CHANGE: (3, "Identity & Access Management"),
            API_ACTIVITY: (6, "Application Activity")}  # fmt: skip
NAMES = {AUTHENTICATION: "Authentication", ACCOUNT_CHANGE: "Account Change", API_ACTIVITY: "API Activity"}
API = {"create": (1, "Create"), "read": (2, "Read"), "search": (2, "Read"), "update": (3, "Update"), "delete": (4, "Delete"),
       "export": (2, "Read"), "print": (2, "Read")}  # fmt: skip
OTHER = (99, "Other")


def line(event: EventRow) -> str:
    return orjson.dumps(activity(event)).decode()


def activity(event: EventRow) -> dict[str, Any]:
    """The event of its class; what OCSF has no place for stands in `unmapped` under our own names."""
    kind = _class(event)
    number, name = _activity(kind, event)
    failed = event.outcome != "done"
    user = {"uid": str(event.actor_id), "name": event.actor_name or "-", "type": event.account_kind or "Unknown"}
    endpoint = {**({"ip": event.source} if event.source else {"name": "local"}),
                **({"port": event.source_port} if event.source_port is not None else {})}  # fmt: skip
    found: dict[str, Any] = {
        "metadata": {"version": "1.3.0", "uid": str(event.id), "product": {"name": "HoSo", "vendor_name": "HoSo", "version": version("hoso")}},
        "category_uid": CATEGORY[kind][0],
        "category_name": CATEGORY[kind][1],
        "class_uid": kind,
        "class_name": NAMES[kind],
        "activity_id": number,
        "activity_name": name,
        "type_uid": kind * 100 + number,
        "time": int(event.at.timestamp() * 1000),
        "severity_id": 4 if event.break_glass else 3 if event.sensitive or failed else 1,
        "severity": "High" if event.break_glass else "Medium" if event.sensitive or failed else "Informational",
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "message": f"{event.action} {event.object}".strip(),
        "actor": {"user": user},
        "src_endpoint": endpoint,
        "unmapped": _unmapped(event),
    }  # fmt: skip
    if kind == API_ACTIVITY:
        request = {"request": {"uid": str(event.request_id)}} if event.request_id else {}
        found["api"] = {"operation": event.action, "service": {"name": event.route or "-"}, **request}
    else:
        found["user"] = user
    return found


def _class(event: EventRow) -> int:
    if event.action == "sign-in":
        return AUTHENTICATION
    return ACCOUNT_CHANGE if event.object.startswith("Account/") and event.action != "refuse" else API_ACTIVITY


def _activity(kind: int, event: EventRow) -> tuple[int, str]:
    if kind == AUTHENTICATION:
        return (2, "Logoff") if event.reason == "signed out" else (1, "Logon")
    if kind == ACCOUNT_CHANGE:
        return {"create": (1, "Create"), "delete": (6, "Delete")}.get(event.action, OTHER)
    return API.get(event.action, OTHER)


def _unmapped(event: EventRow) -> dict[str, str]:
    own = {
        "store": event.store, "role": event.role, "purpose": event.purpose, "action": event.action, "object": event.object,
        "person": event.person_id, "reason": event.reason, "outcome": event.outcome, "found": event.found,
        "device": event.device, "facility": event.facility_name, "sensitive": str(event.sensitive).lower(),
        "break_glass": str(event.break_glass).lower(),
    }  # fmt: skip
    return {name: str(value) for name, value in own.items() if value not in (None, "")}
