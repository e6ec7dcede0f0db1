"""FHIR R4 AuditEvent (4.0.1), in the shapes of IHE BALP: who, what, about which patient, why, with what result."""

from datetime import UTC
from typing import Any

import orjson

from hoso.core.audit.queries import EventRow

DCM = "http://dicom.nema.org/resources/ontology/DCM"
EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
OWN = "https://hoso.vn/fhir/"

# Our action -> the letter of AuditEvent.action and the REST interaction.
ACTIONS = {
    "read": ("R", "read"), "search": ("E", "search-type"), "create": ("C", "create"), "update": ("U", "update"),
    "delete": ("D", "delete"), "export": ("R", "operation"), "print": ("R", "operation"),
    "sign-in": ("E", ""), "refuse": ("E", "operation"),
}  # fmt: skip
OUTCOMES = {"done": "0", "refused": "4", "failed": "8"}
PURPOSES = {
    "treatment": "TREAT", "record_keeping": "RECORDMGT", "administration": "HSYSADMIN", "oversight": "HCOMPL",
    "own_account": "HSYSADMIN",
}  # fmt: skip


def line(event: EventRow) -> str:
    return orjson.dumps(audit_event(event)).decode()


def audit_event(event: EventRow) -> dict[str, Any]:
    """The resource as JSON would hold it."""
    letter, _ = ACTIONS[event.action]
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(event.id),
        **_types(event),
        "action": letter,
        "recorded": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "outcome": OUTCOMES[event.outcome],
        "purposeOfEvent": _purposes(event),
        "agent": [_agent(event)],
        "source": {"observer": {"display": "HoSo"}, "site": event.facility_name or "HoSo"},
    }
    if event.outcome != "done" and event.reason:
        found["outcomeDesc"] = event.reason
    if entities := _entities(event):
        found["entity"] = entities
    return found


def _types(event: EventRow) -> dict[str, Any]:
    if event.action == "sign-in":
        leaving = event.reason == "signed out"
        sub = {"system": DCM, "code": "110123" if leaving else "110122", "display": "Logout" if leaving else "Login"}
        return {"type": {"system": DCM, "code": "110114", "display": "User Authentication"}, "subtype": [sub]}
    if event.action in ("export", "print"):
        return {"type": {"system": DCM, "code": "110106", "display": "Export"}}
    sub = {"system": INTERACTION, "code": ACTIONS[event.action][1]}
    return {"type": {"system": EVENT_TYPE, "code": "rest", "display": "RESTful Operation"}, "subtype": [sub]}


def _purposes(event: EventRow) -> list[dict[str, Any]]:
    codings = [{"system": f"{OWN}CodeSystem/purpose", "code": event.purpose or "unknown"}]
    if code := PURPOSES.get(event.purpose):
        codings.insert(0, {"system": REASON, "code": code})
    found: list[dict[str, Any]] = [{"coding": codings}]
    if event.break_glass:
        found.append({"coding": [{"system": REASON, "code": "BTG", "display": "break the glass"}]})
    if event.reason and event.outcome == "done":
        found[0]["text"] = event.reason
    return found


def _agent(event: EventRow) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "who": {"identifier": {"system": f"{OWN}sid/account", "value": str(event.actor_id)}, "display": event.actor_name or "-"},
        "requestor": True,
    }  # fmt: skip
    if event.actor_name:
        agent["altId"] = event.actor_name
    if event.role:
        agent["role"] = [{"coding": [{"system": f"{OWN}CodeSystem/role", "code": event.role}]}]
    if event.source:
        port = f":{event.source_port}" if event.source_port is not None else ""
        agent["network"] = {"address": event.source + port, "type": "2"}  # 2: IP address
    return agent


def _entities(event: EventRow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    label = [{"system": CONFIDENTIALITY, "code": "R", "display": "restricted"}] if event.sensitive else None
    if event.person_id is not None:
        found.append(
            {
                "what": {"identifier": {"system": f"{OWN}sid/person", "value": str(event.person_id)}},
                "type": {"system": ENTITY_TYPE, "code": "1", "display": "Person"},
                "role": {"system": OBJECT_ROLE, "code": "1", "display": "Patient"},
                **({"securityLabel": label} if label else {}),
            }
        )
    if event.object:
        found.append(
            {
                "what": {"display": event.object},
                "type": {"system": ENTITY_TYPE, "code": "2", "display": "System Object"},
            }
        )
    if event.request_id is not None:
        found.append(
            {
                "what": {"identifier": {"system": f"{OWN}sid/request", "value": str(event.request_id)}},
                "type": {
                    "system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                    "code": "XrequestId",
                },
            }
        )
    return found
