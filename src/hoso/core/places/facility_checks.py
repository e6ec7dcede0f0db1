"""What a row of a list of facilities must hold to be taken."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db import connection

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.places.facility_sheet import REQUIRED, SheetRow
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc

# MA_CSKCB: two digits of the province in the insurance list, three characters (QĐ 4750 annex; secondary).
CODE = re.compile(r"[0-9]{2}[0-9A-Z]{3}")
NAME_LENGTH = 300
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
EARLIEST = date(1850, 1, 1)
REACH = {
    "latitude": (6.0, 24.0),
    "longitude": (102.0, 118.0),
}  # Viet Nam with its islands; swapped figures fall outside
DEGREES = re.compile(r"[0-9]{1,3}([.,][0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class CommuneSpan:
    """A commune code during one span, with the province it lies in."""

    place_id: int
    province_code: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that may be taken."""

    row: int
    code: str
    name: str
    kind: str
    place_id: int
    opened: date | None
    closed: date | None
    latitude: float | None = None  # degrees, WGS 84; both None: what is known stays
    longitude: float | None = None


class RowChecker:
    """Checks the rows of one file against each other and against the units of the day."""

    def __init__(self, communes: dict[str, list[CommuneSpan]], day: date) -> None:
        self.communes = communes
        self.day = day
        self.seen: set[str] = set()

    def check(self, row: SheetRow) -> Entry | list[Refusal]:
        """The entry, or everything that is wrong with the row."""
        refusals: list[Refusal] = []

        def refuse(field: str, error: str, /, **more: object) -> None:
            refusals.append(Refusal(row.number, field, HosoError(error, row=row.number, **more)))

        values = {name: to_nfc(value) for name, value in row.values.items()}
        if row.surplus:
            refuse("", "HS6013", value=row.surplus)
        for field in REQUIRED:
            if not values[field]:
                refuse(field, "HS6002", column=field)
        code, name, kind = values["code"].upper(), values["name"], facility_kinds().get(fold(values["kind"]))
        if code and not CODE.fullmatch(code):
            refuse("code", "HS6009", column="code", value=values["code"])
        if len(name) > NAME_LENGTH:
            refuse("name", "HS6009", column="name", value=name[:50] + "…")
        if values["kind"] and not kind:
            refuse("kind", "HS6009", column="kind", value=values["kind"])
        dates: dict[str, date | None] = {}
        for field in ("opened", "closed"):
            dates[field] = read_day(values[field])
            if values[field] and not dates[field]:
                refuse(field, "HS6009", column=field, value=values[field])
        opened, closed = dates["opened"], dates["closed"]
        if opened and closed and closed <= opened:
            refuse("closed", "HS6004")
        stands = {field: read_degrees(field, values.get(field, "")) for field in REACH}
        for field, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if (values.get(field) or values.get(other)) and stands[field] is None:
                refuse(field, "HS6009", column=field, value=values.get(field, ""))
        span = self._commune(values["commune_code"], closed)
        if values["commune_code"] and not span:
            refuse("commune_code", "HS6005", parent=values["commune_code"])
        elif span and values["province_code"] and span.province_code != values["province_code"]:
            refuse("province_code", "HS6012", commune=values["commune_code"], province=values["province_code"])
        if code in self.seen:
            refuse("code", "HS6003", code=code)
        if refusals or not span or not kind:
            return refusals
        self.seen.add(code)
        return Entry(row.number, code, name, kind, span.place_id, opened, closed, **stands)

    def _commune(self, code: str, closed: date | None) -> CommuneSpan | None:
        """The commune of this code on the day of the import; for a facility closed before, on its last day."""
        day = min(self.day, date.fromordinal(closed.toordinal() - 1)) if closed else self.day
        for span in self.communes.get(code, ()):
            if span.valid_from <= day and (span.valid_to is None or day < span.valid_to):
                return span
        return None


def read_day(text: str) -> date | None:
    """A day written 2025-07-01 or 01/07/2025; None for anything else."""
    for form in DATE_FORMATS:
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return found if found >= EARLIEST else None
    return None


def read_degrees(field: str, text: str) -> float | None:
    """Decimal degrees with a point or comma, within the country; None for anything else."""
    if not DEGREES.fullmatch(text):
        return None
    found, (least, most) = float(text.replace(",", ".")), REACH[field]
    return found if least <= found <= most else None


def commune_spans(codes: Iterable[str]) -> dict[str, list[CommuneSpan]]:
    """Every span of these commune codes."""
    found: dict[str, list[CommuneSpan]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.code, c.id, coalesce(province.code, above.code), c.valid_from, c.valid_to
            FROM places_place c JOIN places_place above ON above.id = c.parent_id
            LEFT JOIN places_place province ON province.id = above.parent_id
            WHERE c.level = 3 AND c.code = ANY(%s)
            """,
            [list(set(codes))],
        )
        for code, place_id, province_code, valid_from, valid_to in cursor.fetchall():
            found.setdefault(code, []).append(CommuneSpan(place_id, province_code, valid_from, valid_to))
    return found


@cache
def facility_kinds() -> dict[str, str]:
    """Key of a kind by its key and by either title, without accents (`definitions/places/facility_kinds.yaml`)."""
    kinds = read_definition(definitions_folder() / "places" / "facility_kinds.yaml")["kinds"]
    return {fold(kind[word]): kind["key"] for kind in kinds for word in ("key", "title_vi", "title_en")}
