"""A version of a code system as people send it (CSV or XLSX): its columns, its template, what a row must hold.

A catalogue (catalogues.yaml) adds columns of its own. Where a product has packages, further rows of its code add one each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow, read_sheet
from hoso.core.terminology.catalogue_values import DATE_FORMATS, Unfit, Value, registration, value_of
from hoso.core.terminology.catalogues import Catalogue, Column
from hoso.core.terminology.shipped import Concept
from hoso.core.vietnamese.nfc import to_nfc

REQUIRED = ("code", "display_vi")
OPTIONAL = ("display_en", "parent", "valid_from", "valid_to")
CODE_LENGTH, NAME_LENGTH = 64, 1000


@dataclass(frozen=True, slots=True)
class Package:
    """A further package of a product whose row stands above."""

    code: str


def columns_of(catalogue: Catalogue | None) -> tuple[str, ...]:
    """The optional columns of a list, in the order of the template."""
    return OPTIONAL + (tuple(column.name for column in catalogue.columns) if catalogue else ())


def read_version_sheet(
    path: Path, catalogue: Catalogue | None = None
) -> Iterator[tuple[int, Concept | Package | list[Refusal]]]:
    """Each row with its number: the concept, a package more of one above, or everything that is wrong with the row. Raises
    HosoError as `read_sheet`."""
    reader = _Reader(list(read_sheet(path, REQUIRED, columns_of(catalogue))), catalogue)
    for row in reader.rows:
        yield row.number, reader.read(row)


def write_version_template(path: Path, catalogue: Catalogue | None = None) -> None:
    """A CSV with the heading only; with a byte-order mark, so that Excel shows Vietnamese as typed."""
    heading = ",".join((*REQUIRED, *columns_of(catalogue)))
    path.write_text(heading + "\r\n", encoding="utf-8-sig", newline="")


class _Reader:
    """The rows of one file, each looked at beside those above it."""

    def __init__(self, rows: list[SheetRow], catalogue: Catalogue | None) -> None:
        self.rows = rows
        self.columns = catalogue.columns if catalogue else ()
        self.has_packages = bool(catalogue and catalogue.has_packages)
        self.is_registered = bool(catalogue and catalogue.code_kind == "registration")
        self.codes = {self._code(row.values["code"]) for row in rows}
        self.seen: dict[str, tuple[int, Concept]] = {}
        self.gtins: dict[str, tuple[int, str]] = {}

    def _code(self, text: str) -> str:
        return registration(to_nfc(text)) if self.is_registered else to_nfc(text)

    def read(self, row: SheetRow) -> Concept | Package | list[Refusal]:
        refusals: list[Refusal] = []

        def refuse(field: str, error: str, /, **more: object) -> None:
            refusals.append(Refusal(row.number, field, HosoError(error, row=row.number, **more)))

        values = {name: to_nfc(value).replace("\0", "") for name, value in row.values.items()}
        values["code"] = self._code(values["code"])
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
        known = self.seen.get(values["code"])
        if known and not self.has_packages:
            refuse("code", "HS6003", code=values["code"])
        if values["parent"] and values["parent"] not in self.codes:
            refuse("parent", "HS6023", parent=values["parent"])
        own: dict[str, Value | list[Value]] = {}
        for column in self.columns:
            if text := values[column.name]:
                try:
                    own[column.name] = value_of(column, text)
                except Unfit as unfit:
                    refuse(column.name, unfit.error, column=column.name, value=text[:50])
        gtin = str(own.get("gtin", ""))
        holder = self.gtins.get(gtin)
        if holder:
            refuse("gtin", "HS6205", gtin=gtin, other=holder[0])
        if refusals:
            return refusals
        concept = Concept(
            values["code"], values["display_vi"], values["display_en"], values["parent"] or None,
            days["valid_from"], days["valid_to"], _properties(self.columns, own),
        )  # fmt: skip
        if known:
            first, product = known
            if differs := _other_product(product, concept):
                refuse(differs, "HS6204", code=concept.code, other=first, column=differs)
                return refusals
            product.properties.setdefault("packages", []).extend(concept.properties.get("packages", []))
        else:
            self.seen[concept.code] = (row.number, concept)
        if gtin:
            self.gtins[gtin] = (row.number, concept.code)
        return Package(concept.code) if known else concept


def _properties(columns: tuple[Column, ...], own: dict[str, Value | list[Value]]) -> dict[str, object]:
    """The product's own columns, and its package."""
    package = {column.name: own[column.name] for column in columns if column.package and column.name in own}
    told: dict[str, object] = {
        column.name: own[column.name] for column in columns if not column.package and column.name in own
    }
    return told | ({"packages": [package]} if package else {})


def _other_product(product: Concept, row: Concept) -> str:
    """In what a row of a further package says otherwise of the product than the row above; '' in nothing. What it leaves empty
    it does not say."""
    for name in ("display_vi", "display_en", "parent", "valid_from", "valid_to"):
        if getattr(row, name) and getattr(row, name) != getattr(product, name):
            return name
    for name, value in row.properties.items():
        if name != "packages" and value != product.properties.get(name):
            return name
    return ""


def _day(text: str) -> date | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
