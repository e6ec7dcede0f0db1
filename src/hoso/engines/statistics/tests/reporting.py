"""Helpers of the tests: a month's form of a commune, sent as a payload."""

import csv
import io
import json
from typing import Any
from xml.sax.saxutils import quoteattr

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values

FORM, MONTH = "tt23-4-bct", "202601"
FORMATS = {
    "json": "application/json", "csv": "application/csv", "xml": "application/xml", "adx": "application/adx+xml",
}  # fmt: skip


def communes(province: str, count: int) -> list[Place]:
    """Communes of a province as it is today."""
    return list(
        Place.objects.filter(level=3, valid_to__isnull=True, parent__code=province, parent__valid_to__isnull=True)
        .select_related("parent")
        .order_by("code")[:count]
    )


def unit_uid(place: Place) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM statistics_unit WHERE id = %s", [place.pk])
        return str(cursor.fetchone()[0])


def row(place: Place, element: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"dataElement": element, "period": MONTH, "orgUnit": unit_uid(place), "value": value, **more}


def send(
    actor: Actor, rows: list[dict[str, Any]], head: dict[str, Any] | None = None, /, **parameters: str
) -> ImportReport:
    """Import rows whose elements are named by code."""
    options = read_options({"dataElementIdScheme": "code", "dataSetIdScheme": "code", **parameters})
    content = io.BytesIO(json.dumps({**(head or {}), "dataValues": rows}).encode())
    return import_values(actor, read_payload(content, "application/json", options), options)


def send_two_months(actor: Actor, places: list[Place]) -> None:
    """What two communes reported of deliveries in January and February 2026; the second month of one is missing."""
    rows = [
        {"dataElement": element, "period": month, "orgUnit": unit_uid(place), "value": str(figure)}
        for place, month, element, figure in [
            (places[0], "202601", "DELIV", 30), (places[0], "202602", "DELIV", 20), (places[1], "202601", "DELIV", 10),
            (places[0], "202601", "DELIV_TEEN", 3), (places[1], "202602", "DELIV_TEEN", 4),
        ]
    ]  # fmt: skip
    assert send(actor, rows).imported == 5


def seen(actor: Actor, sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """What the actor is answered by the database itself."""
    with acting_transaction(actor.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def as_payload(kind: str, rows: list[dict[str, Any]]) -> tuple[str, str]:
    """The same rows in one of the formats, with its content type. In ADX each is a report of its own (`dataSet` of the row, or
    the month's form), and months are told as it tells them; it has no way to take a value back."""
    match kind:
        case "json":
            return FORMATS[kind], json.dumps({"dataValues": rows}, ensure_ascii=False)
        case "xml":
            lines = "".join(f"<dataValue {_attributes(one)}/>" for one in rows)
            return FORMATS[kind], f'<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0">{lines}</dataValueSet>'
        case "csv":
            out, names = io.StringIO(), list(dict.fromkeys(name for one in rows for name in one))
            csv.writer(out).writerows([names, *([_word(one.get(name, "")) for name in names] for one in rows)])
            return FORMATS[kind], out.getvalue()
    groups = "".join(_group(one) for one in rows)
    return FORMATS[kind], f'<adx xmlns="urn:ihe:qrph:adx:2015">{groups}</adx>'


def _group(one: dict[str, Any]) -> str:
    head: dict[str, Any] = {name: one[name] for name in ("orgUnit", "attributeOptionCombo") if name in one}
    month = str(one["period"])
    head["period"] = (
        f"{month[:4]}-{month[4:]}-01/P1M" if month.isascii() and month.isdigit() and len(month) == 6 else month
    )
    value = {name: word for name, word in one.items() if name not in {*head, "dataSet", "deleted", "more"}}
    inside = f"<dataValue {_attributes(value)} {one.get('more', '')}/>"
    return f"<group {_attributes({'dataSet': one.get('dataSet', FORM), **head})}>{inside}</group>"


def _attributes(given: dict[str, Any]) -> str:
    return " ".join(f"{name}={quoteattr(_word(word))}" for name, word in given.items())


def _word(word: Any) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)
