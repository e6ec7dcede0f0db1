"""Values as DHIS2 writes them: an object of JSON, a line of CSV, an element of XML; and the lines of the CSV as a workbook."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import quoteattr

from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.documents.figure_sheet import figure_sheet
from hoso.engines.documents.workbook import LONGEST_CELL
from hoso.engines.statistics.naming import Naming
from hoso.engines.statistics.queries import StoredValue
from hoso.engines.statistics.value_types import NUMERIC, written

COLUMNS = ("dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value", "storedby",
           "lastupdated", "comment", "followup", "deleted")  # fmt: skip
ROWS_OF_A_SHEET = 1_048_576


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
    lines.writerows(_line(value, naming) for value in values)
    return out.getvalue()


def as_xlsx(values: Sequence[StoredValue], naming: Naming) -> bytes:
    """The lines of the CSV on one sheet, figures as numbers. Raises HosoError HS5474 for more than a sheet holds, HS5476
    for a text longer than a cell holds."""
    if len(values) >= ROWS_OF_A_SHEET:
        raise HosoError("HS5474", rows=len(values))
    return figure_sheet("dataValueSets", COLUMNS, (_cells(value, naming) for value in values))


def _cells(value: StoredValue, naming: Naming) -> list[str | Decimal | None]:
    cells: list[str | Decimal | None] = [*_line(value, naming)]
    if any(len(str(cell)) > LONGEST_CELL for cell in cells):
        raise HosoError("HS5476", element=value.element)
    if value.number is not None and value.value_type in NUMERIC:
        cells[COLUMNS.index("value")] = value.number
    return cells


def _line(value: StoredValue, naming: Naming) -> list[str]:
    told = as_object(value, naming)
    return [
        told["dataElement"], told["period"], told["orgUnit"], told["categoryOptionCombo"], told["attributeOptionCombo"],
        told["value"], told["storedBy"], told["lastUpdated"], told.get("comment", ""), str(told["followup"]).lower(),
        str(value.deleted).lower(),
    ]  # fmt: skip


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
