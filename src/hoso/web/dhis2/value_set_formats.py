"""Values as DHIS2 writes them: an object of JSON, a line of CSV, an element of XML."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from django.utils import timezone

from hoso.engines.statistics.naming import Naming
from hoso.engines.statistics.queries import StoredValue
from hoso.engines.statistics.value_types import written

COLUMNS = ("dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
           "lastupdated", "comment", "followup", "deleted")  # fmt: skip


def as_object(value: StoredValue, naming: Naming) -> dict[str, Any]:
    told: dict[str, Any] = {
        "dataElement": naming.of("element", value.element),
        "period": value.period,
        "orgUnit": naming.of("unit", value.unit),
        "categoryOptionCombo": naming.of("split", value.split),
        "attributeOptionCombo": naming.of("attribute", value.attribute),
        "value": written(value.number, value.text, value.value_type),
        "storedBy": value.stored_by,
        "created": _stamp(value.created),
        "lastUpdated": _stamp(value.changed),
        "followup": value.follow_up,
    }
    if value.comment is not None:
        told["comment"] = value.comment
    if value.deleted:
        told["deleted"] = True
    return told


def as_csv(values: Iterable[StoredValue], naming: Naming) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for value in values:
        told = as_object(value, naming)
        lines.writerow([
            told["dataElement"], told["period"], told["orgUnit"], told["categoryOptionCombo"],
            told["attributeOptionCombo"], told["value"], told["storedBy"], told["lastUpdated"], told.get("comment", ""),
            str(told["followup"]).lower(), str(value.deleted).lower(),
        ])  # fmt: skip
    return out.getvalue()


def as_xml(values: Iterable[StoredValue], naming: Naming) -> str:
    lines = (
        "".join(
            f" {name}={quoteattr(str(said).lower() if isinstance(said, bool) else str(said))}"
            for name, said in as_object(value, naming).items()
        )
        for value in values
    )
    rows = "".join(f"<dataValue{line}/>" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?><dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0">{rows}</dataValueSet>'


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S.000%z")
