"""What `Patient/$merge` is asked to do: which two Patients, by reference or by identifiers, and how."""

from dataclasses import dataclass
from typing import Any

import orjson

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.interactions import search
from hoso.engines.records.fhir.search.across import Sight
from hoso.engines.records.fhir.search.query import parse_query

SIDES = ("source", "target")
MANY = frozenset(f"{side}-patient-identifier" for side in SIDES)
PARTS = frozenset({"source-patient", "target-patient", "result-patient", "preview", "reason", *MANY})
OF_RESULT = frozenset({"resourceType", "id", "meta", "link", "active"})  # what a joined record says by itself
MOST_FITTING = 50  # looked at; who fits so many has told nobody
Identifier = tuple[str, str]  # system, value


@dataclass(frozen=True)
class Asked:
    """Ids of the two Patients. `body`: the parameters as they came, to be told back."""

    source: str
    target: str
    preview: bool
    reason: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Given:
    """The parameters as they are written: of each side the id that a reference names (or none) and the identifiers."""

    ids: dict[str, str]
    identifiers: dict[str, list[Identifier]]
    result: dict[str, Any] | None
    preview: bool
    reason: str
    body: dict[str, Any]

    @property
    def by_identifier(self) -> bool:
        return any(self.identifiers.values())


def read_parameters(body: bytes) -> Given:
    """Raises HosoError HS5112 for what cannot be read, HS6210 for parameters that the operation does not take."""
    try:
        content = orjson.loads(body)
        if content["resourceType"] != "Parameters":
            raise TypeError
        parts = content["parameter"]
        once = {part["name"]: part for part in parts if part["name"] not in MANY}
        if len(once) != sum(part["name"] not in MANY for part in parts):
            raise TypeError
        if strange := once.keys() - PARTS:
            raise HosoError("HS6210", name=min(strange)[:40])
        ids = {side: _id(once[f"{side}-patient"]) for side in SIDES if f"{side}-patient" in once}
        told = {
            side: [_identifier(part) for part in parts if part["name"] == f"{side}-patient-identifier"]
            for side in SIDES
        }
        if not all(side in ids or told[side] for side in SIDES):
            raise KeyError
        preview = once.get("preview", {}).get("valueBoolean", False)
        reason = once.get("reason", {}).get("valueString", "") or "Patient/$merge"
        result = once["result-patient"]["resource"] if "result-patient" in once else None
        if not isinstance(preview, bool) or not isinstance(reason, str) or not isinstance(result, dict | None):
            raise TypeError
        return Given(ids, told, result, preview, reason, content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HosoError("HS5112", name="Parameters", value="Patient/$merge") from None


def asked_of(given: Given, scope: Scope | None = None, sight: Sight | None = None) -> Asked:
    """The two who are meant; `scope` and `sight` are needed for identifiers. Raises HosoError as `who`, HS6210 for a result that
    is another Patient than the target or says more than who it is."""
    source, target = (who(given, side, scope, sight) for side in SIDES)
    result = given.result
    if result is not None and (
        result.get("resourceType") != "Patient" or result.get("id") != target or result.keys() - OF_RESULT
    ):
        raise HosoError("HS6210", name="result-patient")
    return Asked(source, target, given.preview, given.reason, given.body)


def who(given: Given, side: str, scope: Scope | None, sight: Sight | None) -> str:
    """The id of one side's Patient. Identifiers have to fit one Patient all together; one that was joined to another before is
    not meant. Raises HosoError HS6230 where they do not, HS6231 where a reference beside them names somebody else."""
    name, identifiers = f"{side}-patient", given.identifiers[side]
    if not identifiers or scope is None or sight is None:
        return given.ids[side]
    pairs = [("identifier", f"{_escaped(system)}|{_escaped(value)}") for system, value in identifiers]
    page = search(scope, sight, parse_query("Patient", [*pairs, ("_count", str(MOST_FITTING))], strict=True))
    found = [one.id for one in page.resources if not _is_replaced(orjson.loads(one.served()))]
    if len(found) != 1 or page.next:
        raise HosoError("HS6230", name=f"{name}-identifier", found=f"{len(found)}+" if page.next else len(found))
    if given.ids.get(side, found[0]) != found[0]:
        raise HosoError("HS6231", name=name)
    return found[0]


def _is_replaced(patient: dict[str, Any]) -> bool:
    return any(link["type"] == "replaced-by" for link in patient.get("link", ()))


def _id(part: dict[str, Any]) -> str:
    """The id in `Patient/x`, relative or with an address in front."""
    kind, _, id_ = part["valueReference"]["reference"].rpartition("/")
    if kind.rpartition("/")[2] != "Patient" or not id_ or "\0" in id_:
        raise ValueError
    return str(id_)


def _identifier(part: dict[str, Any]) -> Identifier:
    """System and value; a value alone is no unique identifier of anybody."""
    told = part["valueIdentifier"]
    system, value = told["system"].strip(), told["value"].strip()
    if not system or not value or "\0" in system + value:
        raise ValueError
    return system, value


def _escaped(text: str) -> str:
    for mark in "\\,|$":
        text = text.replace(mark, "\\" + mark)
    return text
