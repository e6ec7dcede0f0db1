"""Which format a payload is in, by its content type."""

from collections.abc import Iterator
from typing import BinaryIO

from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.options import ImportOptions
from hoso.engines.statistics.imports.reading_csv import read_csv
from hoso.engines.statistics.imports.reading_json import read_json
from hoso.engines.statistics.imports.reading_xlsx import read_xlsx
from hoso.engines.statistics.imports.reading_xml import read_adx, read_dxf2
from hoso.engines.statistics.imports.rows import Given

ADX_TYPE = "application/adx+xml"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


TYPES = frozenset({
    "application/json", "text/json", "application/csv", "text/csv", "application/xml", "text/xml", ADX_TYPE, XLSX_TYPE,
})  # fmt: skip


def check_type(content_type: str) -> None:
    """Raises HosoError HS7002 for a content type that no reader has."""
    if content_type.partition(";")[0].strip().lower() not in TYPES:
        raise HosoError("HS7002", format=content_type or "?", reason="content type")


def read_payload(content: BinaryIO, content_type: str, options: ImportOptions) -> Iterator[Given]:
    """The rows of a payload; read while they are asked for. Raises HosoError HS7002, of a workbook that is a report HS5461 and
    HS5465 too."""
    match content_type.partition(";")[0].strip().lower():
        case "application/json" | "text/json":
            return read_json(content.read(), options)
        case "application/csv" | "text/csv":
            return read_csv(content, options)
        case "application/xml" | "text/xml":
            return read_dxf2(content, options)
        case "application/adx+xml":
            return read_adx(content, options)
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            return read_xlsx(content, options)
        case other:
            raise HosoError("HS7002", format=other or "?", reason="content type")
