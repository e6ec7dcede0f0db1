"""One facility made or changed by hand: by the rules of the list, with the day from which a change holds."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.sheets import SheetRow
from hoso.core.places.facility_checks import Entry, RowChecker, commune_spans
from hoso.core.places.facility_import import ImportReport, take_entries
from hoso.core.places.models import Facility, FacilityLink, FacilityName
from hoso.core.vietnamese.folding import fold

PERMISSION, PURPOSE = "place.manage", "administration"
PAGE = 50


@dataclass(frozen=True)
class FacilityDetail:
    """A facility with where it lay and what it was called, the newest first."""

    facility: Facility
    links: list[FacilityLink]
    names: list[FacilityName]


def save_facility(actor: Actor, values: dict[str, str], day: date | None = None, new: bool = False) -> Facility:
    """Make the facility, or change it from `day` on (today when not given); `values` as a row of the list.

    Raises HosoError HS2001 without the permission, HS6003 where a new one's code is taken, and what the list's rules
    refuse (HS6002, HS6004, HS6005, HS6009, HS6012).
    """
    role = policy.decide(actor, PERMISSION, PURPOSE).role
    day = day or timezone.localdate()
    checked = RowChecker(commune_spans([values["commune_code"]]), day).check(SheetRow(1, values, ""))
    if not isinstance(checked, Entry):
        raise checked[0].error
    with acting_transaction(actor.account_id, PURPOSE):
        if new and Facility.objects.filter(code=checked.code).exists():
            raise HosoError("HS6003", row=1, code=checked.code)
        report = ImportReport()
        take_entries([checked], day, report)
        if report.refusals:
            raise report.refusals[0].error
        facility = Facility.objects.get(code=checked.code)
        done = "create" if report.created else "update"
        what = f"{facility.code} from {day}" if report.created or report.updated else f"{facility.code} unchanged"
        record_event(
            AuditEvent(
                actor, role.key, PURPOSE, done, object=f"Facility/{facility.pk}", facility_id=facility.pk, reason=what
            )
        )
    return facility


def find_facilities(text: str, page: int) -> tuple[list[Facility], int]:
    """A page of facilities by name without accents or by code, and how many there are."""
    found = Facility.objects.all()
    for word in fold(text[:100]).split():
        found = found.filter(folded_name__contains=word) | found.filter(code__istartswith=word)
    return list(found.order_by("code")[(page - 1) * PAGE : page * PAGE]), found.count()


def facility_detail(code: str) -> FacilityDetail | None:
    facility = Facility.objects.filter(code=code).first()
    if facility is None:
        return None
    links = FacilityLink.objects.select_related("place").filter(facility=facility).order_by("-valid_from")
    return FacilityDetail(facility, list(links), list(facility.earlier_names.order_by("-valid_to")))


def province_code_of(place_id: int) -> str:
    """The code of the province a commune lies in."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(province.code, above.code) FROM places_place c JOIN places_place above ON above.id = c.parent_id
            LEFT JOIN places_place province ON province.id = above.parent_id WHERE c.id = %s
            """,
            [place_id],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else ""
