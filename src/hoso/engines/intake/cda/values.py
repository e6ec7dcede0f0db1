"""CDA's datatypes as FHIR's. HL7 V3 datatypes R1; FHIR R4 datatypes; each reader answers None where nothing is said.

What a reader takes of an element it marks as used, so that the mapper can tell which codes nobody took.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from hoso.engines.intake.cda.moments import day, moment
from hoso.engines.intake.cda.narrative import words
from hoso.engines.intake.cda.reading import xsi_type
from hoso.engines.intake.cda.rules import number_forms, system_urls

URI = "urn:ietf:rfc:3986"
OTHER_ROOT = "https://hoso.vn/fhir/sid/cda/"
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Choice:
    """A value of an element with a choice of types, with the type's spelling in the key."""

    suffix: str
    value: Any


@dataclass
class Seen:
    """What readers know of the document, and what they have taken from the entry being read."""

    texts: dict[str, str]
    used: set[Any] = field(default_factory=set)


Reader = Callable[[Any, Seen], Any]


def system_url(oid: str) -> str:
    return system_urls().get(oid) or root_uri(oid)


def coding(element: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if oid := element.get("codeSystem", "").strip():
        made["system"] = system_url(oid)
    if version := element.get("codeSystemVersion"):
        made["version"] = version
    made["code"] = " ".join(element.get("code").split())
    if display := element.get("displayName"):
        made["display"] = display
    return made


def concept(element: Any, seen: Seen) -> dict[str, Any] | None:
    """CD, CE, CV with its translations and the words it was made of."""
    made: dict[str, Any] = {}
    codes = [one for one in (element, *element.findall("translation")) if one.get("code", "").strip()]
    if codes:
        made["coding"] = [coding(one) for one in codes]
        seen.used.update(codes)
    original = element.find("originalText")
    text = _pointed(original, seen) if original is not None else ""
    if text or (not codes and element.get("displayName")):
        made["text"] = text or element.get("displayName")
    return made or None


def _pointed(element: Any, seen: Seen) -> str:
    """The words of a text, or of the part of the narrative it points to."""
    if direct := words(element):
        return direct
    reference = element.find("reference")
    address = reference.get("value", "") if reference is not None else element.get("value", "")
    return seen.texts.get(address.removeprefix("#"), "")


def identifier(element: Any, seen: Seen) -> dict[str, Any] | None:
    root, extension = element.get("root", "").strip(), element.get("extension", "").strip()
    uri_root, separator = number_forms()
    if not root:
        return None
    if root == uri_root and extension:
        system, found, value = extension.rpartition(separator)
        return {"system": system, "value": value} if found and system and value else {"system": URI, "value": extension}
    if extension:
        return {"system": root_uri(root), "value": extension}
    return {"system": URI, "value": root_uri(root)}


def root_uri(root: str) -> str:
    """An OID or UUID as a URI; what is neither, as a senders' own name."""
    if _OID.fullmatch(root):
        return f"urn:oid:{root}"
    return f"urn:uuid:{root.lower()}" if _UUID.fullmatch(root) else OTHER_ROOT + quote(root, safe="")


def when(element: Any, seen: Seen) -> Choice | None:
    """TS as a dateTime, IVL_TS as a Period."""
    if at := moment(element.get("value") or _center(element)):
        return Choice("DateTime", at)
    found = period(element, seen)
    return Choice("Period", found) if found else None


def _center(element: Any) -> str | None:
    center = element.find("center")
    return center.get("value") if center is not None else None


def period(element: Any, seen: Seen) -> dict[str, str] | None:
    ends = {"start": element.find("low"), "end": element.find("high")}
    made = {name: at for name, one in ends.items() if one is not None and (at := moment(one.get("value")))}
    if not made and (at := moment(element.get("value"))):
        made = {"start": at}
    return made or None


def begun(element: Any, seen: Seen) -> str | None:
    """The point in time, or the beginning of the interval."""
    low = element.find("low")
    return moment(element.get("value")) or (moment(low.get("value")) if low is not None else "") or None


def start(element: Any, seen: Seen) -> Choice | None:
    at = begun(element, seen)
    return Choice("DateTime", at) if at else None


def date_of(element: Any, seen: Seen) -> str | None:
    return day(element.get("value")) or None


def number(text: str | None) -> Decimal | None:
    """Of some size that a record can mean."""
    try:
        made = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    fits = made.is_finite() and len(str(made)) <= 30 and (made == 0 or -20 < made.adjusted() < 20)
    return made if fits else None


def quantity(element: Any, seen: Seen) -> dict[str, Any] | None:
    value = number(element.get("value"))
    if value is None:
        return None
    unit = element.get("unit", "").strip()
    if unit and unit != "1":
        return {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {"value": value}


def spread(element: Any, seen: Seen) -> dict[str, Any] | None:
    """IVL_PQ as a Range."""
    ends = {name: element.find(name) for name in ("low", "high")}
    made = {name: found for name, one in ends.items() if one is not None and (found := quantity(one, seen))}
    return made or None


def quantity_or_range(element: Any, seen: Seen) -> Choice | None:
    if found := quantity(element, seen):
        return Choice("Quantity", found)
    found = spread(element, seen)
    return Choice("Range", found) if found else None


def ratio(element: Any, seen: Seen) -> dict[str, Any] | None:
    parts = {name: element.find(name) for name in ("numerator", "denominator")}
    made = {name: found for name, one in parts.items() if one is not None and (found := quantity(one, seen))}
    return made if len(made) == 2 else None


def age(element: Any, seen: Seen) -> dict[str, Any] | None:
    """PQ as an Age."""
    return quantity(element, seen)


def value(element: Any, seen: Seen) -> Choice | None:
    """ANY, by the type it says it has."""
    read = _VALUES.get(xsi_type(element))
    return read(element, seen) if read else None


def _text_value(element: Any, seen: Seen) -> Choice | None:
    text = _pointed(element, seen)
    return Choice("String", text) if text else None


def _concept_value(element: Any, seen: Seen) -> Choice | None:
    found = concept(element, seen)
    return Choice("CodeableConcept", found) if found else None


def _ratio_value(element: Any, seen: Seen) -> Choice | None:
    found = ratio(element, seen)
    return Choice("Ratio", found) if found else None


def _number_value(element: Any, seen: Seen) -> Choice | None:
    found = number(element.get("value"))
    if found is None:
        return None
    return (
        Choice("Integer", int(found))
        if found == int(found) and abs(found) < 2**31
        else Choice("Quantity", {"value": found})
    )


def _flag_value(element: Any, seen: Seen) -> Choice | None:
    text = element.get("value")
    return Choice("Boolean", text == "true") if text in ("true", "false") else None


_VALUES: dict[str, Reader] = {
    **dict.fromkeys(("CD", "CE", "CV", "CO", "CS"), _concept_value),
    **dict.fromkeys(("PQ", "MO"), quantity_or_range), "IVL_PQ": quantity_or_range, "RTO": _ratio_value,
    "RTO_PQ_PQ": _ratio_value, "ST": _text_value, "ED": _text_value, "INT": _number_value, "REAL": _number_value,
    "BL": _flag_value, "TS": when, "IVL_TS": when,
}  # fmt: skip


def reference_range(element: Any, seen: Seen) -> dict[str, Any] | None:
    """observationRange, as bounds where it has them, else in words."""
    bounds, text = element.find("value"), element.find("text")
    made = (spread(bounds, seen) or {}) if bounds is not None else {}
    said = _pointed(text, seen) if text is not None else ""
    if not said and bounds is not None and not made:
        said = words(bounds)
    return {**made, **({"text": said} if said else {})} or None


def string(element: Any, seen: Seen) -> str | None:
    """The words of an element, or what an attribute holds."""
    return (element.strip() if isinstance(element, str) else words(element)) or None


def count(element: Any, seen: Seen) -> int | None:
    found = number(element if isinstance(element, str) else element.get("value"))
    return int(found) if found is not None and found == int(found) and 0 < found < 2**31 else None


def said(element: Any, seen: Seen) -> str | None:
    return _pointed(element, seen) or None


def annotation(element: Any, seen: Seen) -> dict[str, str] | None:
    text = _pointed(element, seen)
    return {"text": text} if text else None


def party(element: Any, seen: Seen) -> dict[str, Any] | None:
    """Who or where, by name and number: a reference that points to nothing filed here."""
    name = next((text for path in _NAMES for one in element.findall(path) if (text := _name(one))), "")
    number_ = next((found for one in element.findall("id") if (found := identifier(one, seen))), None)
    made = {"display": name} if name else {}
    return {**made, **({"identifier": number_} if number_ else {})} or None


_NAMES = (
    "assignedPerson/name", "playingEntity/name", "associatedPerson/name", "relatedPerson/name", "name",
    "representedOrganization/name", "scopingEntity/desc", "assignedAuthoringDevice/softwareName",
)  # fmt: skip


def _name(element: Any) -> str:
    return words(element)


def timing(element: Any, seen: Seen) -> dict[str, Any] | None:
    """PIVL_TS and EIVL_TS as a Timing; an interval as its bounds."""
    every, event = element.find("period"), element.find("event")
    if every is not None and (length := number(every.get("value"))) and every.get("unit") in _UNITS:
        return {"repeat": {"frequency": 1, "period": length, "periodUnit": every.get("unit")}}
    if event is not None and event.get("code") in _EVENTS:
        return {"repeat": {"when": [event.get("code")]}}
    if at := moment(element.get("value")):
        return {"event": [at]}
    bounds = period(element, seen)
    return {"repeat": {"boundsPeriod": bounds}} if bounds else None


_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
_EVENTS = frozenset({"HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"})

READERS: dict[str, Reader] = {
    "concept": concept, "identifier": identifier, "when": when, "period": period, "moment": begun, "start": start,
    "date": date_of, "quantity": quantity, "quantity_or_range": quantity_or_range, "ratio": ratio, "age": age,
    "value": value, "range": reference_range, "string": string, "count": count, "words": said,
    "annotation": annotation, "party": party, "timing": timing,
}  # fmt: skip
