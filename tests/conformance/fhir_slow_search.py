"""A slow and obvious search over FHIR resources: FHIRPath by another engine, comparisons written out one by one.

Shares nothing with `engines/records/fhir` but the definitions of the parameters. Dates are compared as text intervals.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import fhirpathrs

from hoso.engines.records.fhir.definitions import SearchParameter
from tests.conformance import fhir_slow_codes

VIETNAM = timezone(timedelta(hours=7))
Interval = tuple[datetime, datetime]


def fits(resource: dict[str, Any], parameter: SearchParameter, modifier: str, prefix: str, text: str) -> bool:
    """Whether the resource fits `parameter:modifier=<prefix>text` with one value."""
    found = values(resource, parameter)
    if modifier == "missing":
        return (not found) == (text == "true")
    hit = any(COMPARE[parameter.kind](one, modifier, prefix, text) for one in found)
    return not hit if modifier in ("not", "not-in") else hit


def values(resource: dict[str, Any], parameter: SearchParameter) -> list[Any]:
    """The values by FHIRPath; the engine is told the JSON key of a choice, since it knows no types."""
    found: list[Any] = []
    for part in parameter.expression.split("|"):
        expression = part.strip().replace("Resource.", f"{resource['resourceType']}.", 1)
        expression = re.sub(r"\((\w[\w.]*) as (\w)(\w*)\)", lambda m: f"{m[1]}{m[2].upper()}{m[3]}", expression)
        kept = re.fullmatch(r"(.*)\.where\(resolve\(\) is (\w+)\)", expression)
        got = fhirpathrs.evaluate(kept[1] if kept else expression, resource)
        got = [one for one in (got if isinstance(got, list) else [got]) if one is not None]
        if kept:
            got = [one for one in got if f"{kept[2]}/" in str(one.get("reference", ""))]
        found += got or _choice(resource, expression)
    return found


def _choice(resource: dict[str, Any], expression: str) -> list[Any]:
    """`Observation.effective` is `effectiveDateTime`, `effectivePeriod`, … in JSON."""
    parts = expression.split(".")
    if len(parts) != 2:
        return []
    return [value for key, value in resource.items() if re.fullmatch(rf"{parts[1]}[A-Z]\w*", key)]


def plain(text: str) -> str:
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(one for one in marked if not unicodedata.combining(one)).lower().split())


def _token(value: Any, modifier: str, prefix: str, text: str) -> bool:
    if modifier == "text":
        if isinstance(value, bool):
            return False
        spoken = [value] if isinstance(value, str) else [value.get("text", ""), value.get("display", "")]
        spoken += [one.get("display", "") for one in value.get("coding", [])] if isinstance(value, dict) else []
        if isinstance(value, dict) and isinstance(value.get("type"), dict):
            spoken.append(value["type"].get("text", ""))
        return any(plain(text) in plain(one) for one in spoken)
    pairs = []
    if isinstance(value, bool):
        pairs = [("", "true" if value else "false")]
    elif isinstance(value, str):
        pairs = [("", value)]
    elif "coding" in value or set(value) <= {"text", "id", "extension"}:
        pairs = [(one.get("system", ""), one.get("code", "")) for one in value.get("coding", [])]
    elif "value" in value:
        pairs = [(value.get("system", ""), value["value"])]
    else:
        pairs = [(value.get("system", ""), value.get("code", ""))]
    for system, code in pairs:
        if modifier in ("in", "not-in", "below", "above"):
            if fhir_slow_codes.fits(modifier, system, code, text):
                return True
            continue
        if "|" not in text:
            if code.lower() == text.lower():
                return True
            continue
        wanted_system, _, wanted_code = text.partition("|")
        if system == wanted_system and (not wanted_code or code.lower() == wanted_code.lower()):
            return True
    return False


def _string(value: Any, modifier: str, prefix: str, text: str) -> bool:
    texts = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        known = (
            "text",
            "family",
            "given",
            "prefix",
            "suffix",
            "line",
            "city",
            "district",
            "state",
            "postalCode",
            "country",
        )
        for key in known:
            given = value.get(key, [])
            texts += [given] if isinstance(given, str) else given
    if modifier == "exact":
        return text in texts
    if modifier == "contains":
        return any(plain(text) in plain(one) for one in texts)
    return any(plain(one).startswith(plain(text)) for one in texts)


def _reference(value: Any, modifier: str, prefix: str, text: str) -> bool:
    if isinstance(value, str):
        return value.split("|")[0] == text
    reference = value.get("reference", "")
    if modifier and modifier != "identifier":
        text = f"{modifier}/{text}"
    if "/" in text:
        return bool(reference == text or reference.endswith("/" + text))
    return bool(re.fullmatch(rf"(.*/)?[A-Z]\w+/{re.escape(text)}", reference))


def _uri(value: Any, modifier: str, prefix: str, text: str) -> bool:
    if modifier == "below":
        return str(value).startswith(text)
    if modifier == "above":
        return text.startswith(str(value))
    return bool(value == text)


def _number(value: Any, modifier: str, prefix: str, text: str) -> bool:
    number = value.get("value") if isinstance(value, dict) else value
    if number is None:
        return False
    parts = text.split("|")
    if len(parts) == 3 and isinstance(value, dict):
        if parts[1] and parts[1] != value.get("system", ""):
            return False
        if parts[2] and parts[2] not in (value.get("code"), value.get("unit")):
            return False
    given, wanted = Decimal(str(number)), Decimal(parts[0])
    decimals = len(parts[0].partition(".")[2])
    half = Decimal(1) / (2 * 10**decimals)
    equal = wanted - half <= given < wanted + half
    answers: dict[str, bool] = {
        "": equal, "eq": equal, "ne": not equal, "gt": given > wanted, "lt": given < wanted, "ge": given >= wanted,
        "le": given <= wanted, "sa": given > wanted, "eb": given < wanted,
        "ap": abs(given - wanted) <= abs(wanted) / 10,
    }  # fmt: skip
    return answers[prefix]


def _date(value: Any, modifier: str, prefix: str, text: str) -> bool:
    low, high = interval(text)
    for start, end in intervals(value):
        inside = low <= start and end <= high
        answer = {
            "": inside, "eq": inside, "ne": not inside, "gt": end > high, "lt": start < low, "ge": end > high or inside,
            "le": start < low or inside, "sa": start >= high, "eb": end <= low,
        }[prefix]  # fmt: skip
        if answer:
            return True
    return False


def intervals(value: Any) -> list[Interval]:
    if isinstance(value, str):
        return [interval(value)]
    if "event" in value or "repeat" in value:
        return [interval(one) for one in value.get("event", [])]
    if "start" not in value and "end" not in value:
        return []
    start = interval(value["start"])[0] if "start" in value else datetime(1, 1, 2, tzinfo=UTC)
    end = interval(value["end"])[1] if "end" in value else datetime(9999, 12, 30, tzinfo=UTC)
    return [(start, end)]


def interval(text: str) -> Interval:
    """First moment and first moment after, by how much of the date is written."""
    if len(text) == 4:
        return datetime(int(text), 1, 1, tzinfo=VIETNAM), datetime(int(text) + 1, 1, 1, tzinfo=VIETNAM)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        return datetime(year, month, 1, tzinfo=VIETNAM), datetime(*following, 1, tzinfo=VIETNAM)
    if len(text) == 10:
        day = datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
        return day, day + timedelta(days=1)
    moment = datetime.fromisoformat(text)
    step = timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
    return moment, moment + step


COMPARE = {
    "token": _token, "string": _string, "reference": _reference, "uri": _uri, "number": _number, "quantity": _number,
    "date": _date,
}  # fmt: skip
