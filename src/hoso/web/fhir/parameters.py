"""What an operation is asked with: query parameters, or a Parameters resource. Unknown names are refused."""

from datetime import date
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.timezone import localdate

from hoso.core.errors import HosoError
from hoso.web.fhir.limits import MOST_OF_ONE, body_of
from hoso.web.fhir.writes import FHIR_JSON

Given = dict[str, Any]
_WRITTEN = ("_format", "_pretty")


def given_to(request: HttpRequest, operation: str, known: frozenset[str]) -> Given:
    """Name -> text, or the object of a complex parameter (coding, codeableConcept). The first of a repeated one.

    Raises HosoError HS5110 for an unknown name, HS5120 for a body that is no Parameters, HS5140 for another format.
    """
    found = {name: request.GET[name] for name in request.GET if name not in _WRITTEN}
    if request.method == "POST":
        found |= _in_body(request)
    for name in found:
        if name not in known:
            raise HosoError("HS5110", name=name[:60], type=operation)
    return found


def _in_body(request: HttpRequest) -> Given:
    if request.content_type not in FHIR_JSON:
        raise HosoError("HS5140", given=(request.content_type or "-")[:60], allowed=", ".join(sorted(FHIR_JSON)))
    try:
        content = orjson.loads(body_of(request, MOST_OF_ONE))
        if content["resourceType"] != "Parameters":
            raise HosoError("HS5120", reason=str(content["resourceType"])[:40])
        return {str(one["name"]): _value(one) for one in reversed(content.get("parameter", []))}
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise HosoError("HS5120", reason="Parameters") from error


def _value(parameter: dict[str, Any]) -> Any:
    value = next((value for key, value in parameter.items() if key.startswith("value")), "")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, dict) else str(value)


def needed(given: Given, name: str) -> str:
    """A parameter that must be there, as text. Raises HosoError HS5202."""
    value = given.get(name)
    if not isinstance(value, str) or not value or "\0" in value:
        raise HosoError("HS5202", name=name)
    return value


def answer_of(*parts: tuple[str, str, Any]) -> bytes:
    """(name, type of value, value) as a Parameters resource; those without a value are left out."""
    told = [{"name": name, f"value{kind}": value} for name, kind, value in parts if value not in (None, "")]
    return orjson.dumps({"resourceType": "Parameters", "parameter": told})


def asked_day(given: Given) -> date:
    """The `date` that was asked about, today unless it was. Raises HosoError HS5112 for no date."""
    text = given.get("date")
    if not text:
        return localdate()
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError as error:
        raise HosoError("HS5112", name="date", value=str(text)[:60]) from error
