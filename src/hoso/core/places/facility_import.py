"""Taking in a list of facilities: what is right is taken, every refused row is named, doing it again changes nothing."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal, RowReport
from hoso.core.places.facility_checks import Entry, RowChecker, commune_spans
from hoso.core.places.facility_sheet import read_facility_sheet
from hoso.core.places.models import Facility, FacilityLink, FacilityName
from hoso.core.places.queries import now
from hoso.core.vietnamese.folding import fold


@dataclass(slots=True)
class ImportReport(RowReport):
    """The account of an import: rows = created + updated + unchanged + refused rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def taken_as(self) -> dict[str, int]:
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}


def import_facilities(path: Path, day: date | None = None) -> ImportReport:
    """Take in a CSV or XLSX list of facilities, all right rows in one transaction.

    `day` (today when not given) is the day on which the list is true: commune codes are read as of it, and a name
    or place that differs from what is known holds from it. Facilities that are not in the list stay as they are.
    Raises HosoError HS6008, HS6010, HS6011 when the file as a whole cannot be taken.
    """
    day = day or date.today()
    rows = list(read_facility_sheet(path))
    checker = RowChecker(commune_spans(row.values["commune_code"] for row in rows), day)
    report, entries = ImportReport(rows=len(rows)), []
    for row in rows:
        checked = checker.check(row)
        if isinstance(checked, Entry):
            entries.append(checked)
        else:
            report.refusals += checked
    with transaction.atomic():
        take_entries(entries, day, report)
    return report


def take_entries(entries: list[Entry], day: date, report: ImportReport) -> None:
    """Write checked rows within a transaction; a row that cannot be taken is added to the report's refusals."""
    known = {
        facility.code: facility
        for facility in Facility.objects.select_for_update().filter(code__in=[entry.code for entry in entries])
    }
    _create([entry for entry in entries if entry.code not in known], report)
    links = _links(known)
    for entry in entries:
        if facility := known.get(entry.code):
            try:
                with transaction.atomic():  # a row is taken whole or not at all
                    changed = _update(facility, entry, day)
                    changed |= _place(facility, links.get(facility.pk, []), entry, day)
            except IntegrityError:
                # What is known of the facility begins after the day on which the row says it closed.
                report.refusals.append(Refusal(entry.row, "closed", HosoError("HS6004", row=entry.row)))
            else:
                report.updated += changed
                report.unchanged += not changed


def _create(entries: list[Entry], report: ImportReport) -> None:
    made = Facility.objects.bulk_create(
        Facility(
            code=entry.code, name=entry.name, folded_name=fold(entry.name), kind=entry.kind,
            opened=entry.opened, closed=entry.closed, confirmed=True, origin="local",
            latitude=entry.latitude, longitude=entry.longitude,
        )
        for entry in entries
    )  # fmt: skip
    FacilityLink.objects.bulk_create(
        FacilityLink(facility=facility, place_id=entry.place_id, valid_from=entry.opened, valid_to=entry.closed)
        for facility, entry in zip(made, entries, strict=True)
    )
    report.created = len(made)


def _links(known: dict[str, Facility]) -> dict[int, list[FacilityLink]]:
    """The links of each facility, oldest first."""
    links = FacilityLink.objects.filter(facility__in=known.values()).select_related("place")
    found: dict[int, list[FacilityLink]] = {}
    for link in links.order_by(F("valid_from").asc(nulls_first=True)):
        found.setdefault(link.facility_id, []).append(link)
    return found


def _update(facility: Facility, entry: Entry, day: date) -> bool:
    """Write what differs; a confirmed name or kind that is replaced is kept with its last day."""
    stood = (facility.latitude, facility.longitude)
    stands = stood if entry.latitude is None else (entry.latitude, entry.longitude)
    before = (facility.name, facility.kind, facility.opened, facility.closed, facility.confirmed, stood)
    if before == (entry.name, entry.kind, entry.opened, entry.closed, True, stands):
        return False
    if facility.confirmed and (facility.name, facility.kind) != (entry.name, entry.kind):
        FacilityName.objects.get_or_create(
            facility=facility, valid_to=day, defaults={"name": facility.name, "kind": facility.kind}
        )
    facility.name, facility.folded_name, facility.kind = entry.name, fold(entry.name), entry.kind
    facility.opened, facility.closed, facility.confirmed = entry.opened, entry.closed, True
    facility.latitude, facility.longitude = stands
    facility.save()
    return True


def _place(facility: Facility, links: list[FacilityLink], entry: Entry, day: date) -> bool:
    """Bring the links in line: the same place keeps its link, another one begins a new link."""
    if not links:
        FacilityLink.objects.create(
            facility=facility, place_id=entry.place_id, valid_from=entry.opened, valid_to=entry.closed
        )
        return True
    last = links[-1]
    begins = entry.opened if len(links) == 1 else last.valid_from
    if last.place_id == entry.place_id or [place.pk for place in now(last.place, day)] == [entry.place_id]:
        return _write(last, last.place_id, begins, entry.closed)
    # Where the old unit has ended, one of its successors took over on that day; else the facility moved today.
    moved = last.place.valid_to if last.place.valid_to and last.place.valid_to <= day else day
    if (begins and moved <= begins) or (entry.closed and entry.closed <= moved):
        return _write(last, entry.place_id, begins, entry.closed)
    _write(last, last.place_id, begins, moved)
    FacilityLink.objects.create(facility=facility, place_id=entry.place_id, valid_from=moved, valid_to=entry.closed)
    return True


def _write(link: FacilityLink, place_id: int, valid_from: date | None, valid_to: date | None) -> bool:
    if (link.place_id, link.valid_from, link.valid_to) == (place_id, valid_from, valid_to):
        return False
    link.place_id, link.valid_from, link.valid_to = place_id, valid_from, valid_to
    link.save(update_fields=["place", "valid_from", "valid_to"])
    return True
