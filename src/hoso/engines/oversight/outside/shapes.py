"""Reading one event from what a system writes: FHIR AuditEvent, OCSF, CEF, our own names as JSON, PostgreSQL's log.
Which it is, its text says."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import orjson

from hoso.engines.oversight.outside.event import NotUnderstood, Told, moment, told
from hoso.engines.oversight.outside.postgres import may_be_kept, postgres_line, read_postgres

_CEF_FIELD = re.compile(r"(?:^|\s)(\w+)=((?:[^=\\]|\\.)*?)(?=\s+\w+=|\s*$)", re.DOTALL)
_SHOWN = 80  # signs of a text of unknown form
_MASKS = {"Lu": "A", "Ll": "a", "Lo": "a", "Lm": "a", "Mn": "", "Nd": "9"}
_FHIR_ACTION = {"C": "create", "R": "read", "U": "update", "D": "delete", "E": "search"}
_FHIR_OUTCOME = {"0": "done", "4": "refused", "8": "failed", "12": "failed"}
_OCSF_ACTION = {1: "create", 2: "read", 3: "update", 4: "delete"}
_AUTHENTICATION, _ACCOUNT_CHANGE, _API, _DATASTORE = 3002, 3001, 6003, 6005
_SIGN_IN, _EXPORT = "110114", "110106"  # DICOM: user authentication, export


def read_event(text: str) -> Told:
    """One event. Raises NotUnderstood; TellsNoAccess where a log speaks of something else."""
    text = text.strip().removeprefix("\ufeff")
    if text.startswith("CEF:"):
        return _cef(text)
    if not text.startswith("{"):
        line = postgres_line(text)
        if line is not None:
            return read_postgres(text, line)
        raise NotUnderstood("neither JSON nor CEF", kept=_shape(text))
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood("broken JSON", kept=may_be_kept(text)) from error
    if isinstance(found, dict) and "error_severity" in found:
        return read_postgres(text, found)
    try:
        if found.get("resourceType") == "AuditEvent":
            return _fhir(text, found)
        if "class_uid" in found:
            return _ocsf(text, found)
        return told(text, **{**found, "at": moment(found.get("at")), "key": found.get("key")})
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        raise NotUnderstood("JSON of another shape") from error


def _shape(text: str) -> str:
    """What stands where, and nothing of what it says: such a text may be the rest of a statement that a log broke over its lines,
    with a patient's name in it. Enough to see that a sender writes another form."""
    return "".join(_MASKS.get(unicodedata.category(sign), sign) for sign in text[:_SHOWN])


def fhir_events(body: bytes) -> Iterator[str]:
    """The AuditEvents of a request: one, or those of a batch Bundle. Raises NotUnderstood."""
    try:
        found = orjson.loads(body)
        kind = found["resourceType"]
        resources = [entry["resource"] for entry in found.get("entry", [])] if kind == "Bundle" else [found]
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError) as error:
        raise NotUnderstood("no AuditEvent and no Bundle of them") from error
    for resource in resources:
        yield orjson.dumps(resource).decode()


def _fhir(text: str, event: dict[str, Any]) -> Told:
    """AuditEvent of FHIR R4; BALP's patient entity has role 1 (Patient)."""
    agent = next((one for one in event["agent"] if one.get("requestor")), event["agent"][0])
    who = agent.get("who") or {}
    account = (
        (who.get("identifier") or {}).get("value") or who.get("reference") or agent.get("altId") or who.get("display")
    )
    codes = {coding.get("code") for purpose in event.get("purposeOfEvent", []) for coding in purpose.get("coding", [])}
    values = {"number": "", "person": "", "object": "", "sensitive": False}
    for entity in event.get("entity", []):
        what = entity.get("what") or {}
        if (entity.get("role") or {}).get("code") == "1" or str(what.get("reference", "")).startswith("Patient/"):
            values["person"] = str(what.get("reference") or "").rpartition("Patient/")[2].partition("/")[0]
            values["number"] = (what.get("identifier") or {}).get("value") or ""
        else:
            values["object"] = values["object"] or what.get("display") or what.get("reference") or ""
        labels = {label.get("code") for label in entity.get("securityLabel", [])}
        values["sensitive"] = values["sensitive"] or bool(labels & {"R", "V"})
    kind = (event.get("type") or {}).get("code")
    network = (agent.get("network") or {}).get("address") or ""
    role = next((coding.get("code") for one in agent.get("role", []) for coding in one.get("coding", [])), "")
    return told(
        text,
        key=event.get("id"),
        at=moment(event.get("recorded")),
        account=account,
        name=agent.get("altId") or agent.get("name") or who.get("display"),
        action={_SIGN_IN: "sign-in", _EXPORT: "export"}.get(str(kind)) or _FHIR_ACTION.get(event.get("action", "")),
        outcome=_FHIR_OUTCOME.get(event.get("outcome", "0"), ""),
        purpose=next(iter(sorted(code for code in codes if code and code != "BTG")), ""),
        break_glass="BTG" in codes,
        role=role,
        address=network,
        **values,
    )


def _ocsf(text: str, event: dict[str, Any]) -> Told:
    """OCSF: signing in (3002), change of an account (3001), API (6003) and data store (6005) activity."""
    kind = event["class_uid"]
    actions = {_AUTHENTICATION: "sign-in", _ACCOUNT_CHANGE: "update"}
    if kind not in (_AUTHENTICATION, _ACCOUNT_CHANGE, _API, _DATASTORE):
        raise NotUnderstood("a class of OCSF that is not taken")
    user, more = (event.get("actor") or {}).get("user") or event.get("user") or {}, event.get("unmapped") or {}
    failed = event.get("status_id") == 2
    return told(
        text,
        key=(event.get("metadata") or {}).get("uid"),
        at=moment(event.get("time")),
        account=user.get("uid"),
        name=user.get("name"),
        action=more.get("action") or actions.get(kind) or _OCSF_ACTION.get(event.get("activity_id", 0)),
        outcome=more.get("outcome") or ("failed" if failed else "done"),
        address=(event.get("src_endpoint") or {}).get("ip"),
        person=more.get("patient"),
        number=more.get("number"),
        found=int(more["found"]) if str(more.get("found", "")).isdecimal() else None,
        sensitive=more.get("sensitive") == "true",
        break_glass=more.get("break_glass") == "true",
        **{name: more.get(name) for name in ("role", "purpose", "object", "device")},
    )


def _cef(text: str) -> Told:
    """CEF 0; custom fields go by their labels."""
    parts = re.split(r"(?<!\\)\|", text, maxsplit=7)
    if len(parts) != 8:
        raise NotUnderstood("a CEF head of fewer than 7 fields")
    fields = {name: _plain(value) for name, value in _CEF_FIELD.findall(parts[7])}
    named = {fields[f"{name}Label"]: value for name, value in fields.items() if f"{name}Label" in fields}
    found = named.get("found", "")
    return told(
        text,
        key=fields.get("externalId"),
        at=moment(fields.get("rt", "")),
        account=fields.get("suid") or fields.get("suser"),
        name=fields.get("suser"),
        action=fields.get("act") or parts[4],
        outcome=fields.get("outcome"),
        role=fields.get("spriv"),
        purpose=named.get("purpose"),
        object=named.get("object"),
        person=named.get("patient"),
        number=named.get("number"),
        found=int(found) if found.isdecimal() else None,
        sensitive=named.get("sensitive") == "true",
        break_glass=named.get("breakGlass") == "true",
        address=fields.get("src"),
        device=fields.get("requestClientApplication"),
    )


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], value)
