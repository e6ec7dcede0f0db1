"""Helpers of the tests: a month's form of a commune, sent as a payload."""

import io
import json
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values

FORM, MONTH = "tt23-4-bct", "202601"


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
