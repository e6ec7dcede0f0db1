"""A version of a code system as people send it (CSV or XLSX): its columns, its template, what a row must hold."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow, read_sheet
from hoso.core.terminology.shipped import Concept
from hoso.core.vietnamese.nfc import to_nfc

REQUIRED = ("code", "display_vi")
OPTIONAL = ("display_en", "parent", "valid_from", "valid_to")
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
CODE_LENGTH, NAME_LENGTH = 64, 1000


def read_version_sheet(path: Path) -> Iterator[tuple[int, Concept | list[Refusal]]]:
    """Each row with its number: the concept, or everything that is wrong with it. Raises HosoError as `read_sheet`."""
    rows = list(read_sheet(path, REQUIRED, OPTIONAL))
    codes = {to_nfc(row.values["code"]) for row in rows}
    seen: set[str] = set()
    for row in rows:
        checked = _check(row, codes, seen)
        if isinstance(checked, Concept):
            seen.add(checked.code)
        yield row.number, checked


def write_version_template(path: Path) -> None:
    """A CSV with the heading only; with a byte-order mark, so that Excel shows Vietnamese as typed."""
    path.write_text(",".join((*REQUIRED, *OPTIONAL)) + "\r\n", encoding="utf-8-sig", newline="")


def _check(row: SheetRow, codes: set[str], seen: set[str]) -> Concept | list[Refusal]:
    refusals: list[Refusal] = []

    def refuse(field: str, error: str, /, **more: object) -> None:
        refusals.append(Refusal(row.number, field, HosoError(error, row=row.number, **more)))

    values = {name: to_nfc(value).replace("\0", "") for name, value in row.values.items()}
    if row.surplus:
        refuse("", "HS6013", value=row.surplus)
    for field in REQUIRED:
        if not values[field]:
            refuse(field, "HS6002", column=field)
    for field, most in (("code", CODE_LENGTH), ("display_vi", NAME_LENGTH), ("display_en", NAME_LENGTH)):
        if len(values[field]) > most:
            refuse(field, "HS6009", column=field, value=values[field][:50] + "…")
    days = {field: _day(values[field]) for field in ("valid_from", "valid_to")}
    for field, day in days.items():
        if values[field] and day is None:
            refuse(field, "HS6009", column=field, value=values[field])
    if days["valid_from"] and days["valid_to"] and days["valid_to"] <= days["valid_from"]:
        refuse("valid_to", "HS6004")
    if values["code"] in seen:
        refuse("code", "HS6003", code=values["code"])
    if values["parent"] and values["parent"] not in codes:
        refuse("parent", "HS6023", parent=values["parent"])
    if refusals:
        return refusals
    return Concept(
        values["code"], values["display_vi"], values["display_en"], values["parent"] or None,
        days["valid_from"], days["valid_to"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
