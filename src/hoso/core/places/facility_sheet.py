"""The list of facilities as people send it: its columns, and the template to fill in."""

from collections.abc import Iterator
from pathlib import Path

from hoso.core.files.sheets import SheetRow, read_sheet

REQUIRED = ("code", "name", "kind", "commune_code", "province_code")
OPTIONAL = ("opened", "closed", "latitude", "longitude")

__all__ = ["OPTIONAL", "REQUIRED", "SheetRow", "read_facility_sheet", "write_facility_template"]


def read_facility_sheet(path: Path) -> Iterator[SheetRow]:
    """Rows that hold anything, every value as text. Raises HosoError as `read_sheet`."""
    return read_sheet(path, REQUIRED, OPTIONAL)


def write_facility_template(path: Path) -> None:
    """A CSV with the heading only; with a byte-order mark, so that Excel shows Vietnamese as typed."""
    path.write_text(",".join((*REQUIRED, *OPTIONAL)) + "\r\n", encoding="utf-8-sig", newline="")
