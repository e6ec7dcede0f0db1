"""Filing once more, from the kept original, what carries a code whose mapping has changed: the catalogue's coding comes beside
the local one, or goes again.

Which visits wait stands in the database (`local_codes_visit`): the mapping each code was filed with is not the one that holds. So
it can be stopped, killed and done again; a visit is done once. The visit's place in the ledger stays; its resources get a next
version where their bytes changed, and the change is announced as a correction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.filing import PURPOSE
from hoso.engines.intake.local_codes.counting import CodedBatch
from hoso.engines.intake.local_codes.filed_visits import FiledVisit, prepare_filed
from hoso.engines.intake.preparing import PreparedVisit
from hoso.engines.people.linkage import WRITER_LOCK
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.resource_types import NUMBERS

BATCH = 25  # visits a transaction: others who write wait no longer than that
Progress = Callable[[int, int], None]

# Visits `v` of which a code was filed with another mapping than the one that holds; a withdrawn one gets it when it comes back.
WAITING = """
    FROM intake_visit f
    JOIN intake_current_visit c ON c.package_id = f.package_id AND c.ordinal = f.ordinal
        AND c.facility_id = f.facility_id AND c.ma_lk = f.ma_lk
    JOIN local_codes_visit v ON v.facility_id = c.facility_id AND v.ma_lk = c.ma_lk
    WHERE f.state <> 'withdrawn'
      AND v.codes && ARRAY(SELECT code_id FROM local_codes_mapping WHERE decision = 'approved' AND facility_id = v.facility_id)
      AND EXISTS (SELECT FROM unnest(v.codes, v.mappings) AS u (code_id, mapping_id)
                  WHERE u.mapping_id <> local_codes_mapping_on(u.code_id, v.day))
"""
# The facilities of which a mapping was approved and not every visit is filed again yet.
_OPEN = "SELECT facility_id FROM local_codes_refiling WHERE done_at IS NULL"


@dataclass(frozen=True, slots=True)
class Refiled:
    """How many visits were filed again, and how many of them changed."""

    visits: int = 0
    changed: int = 0

    def __add__(self, other: "Refiled") -> "Refiled":
        return Refiled(self.visits + other.visits, self.changed + other.changed)


def is_open(service: Actor) -> bool:
    """Whether a mapping was approved of which not every visit is filed again yet."""
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_OPEN})")
        return bool(cursor.fetchone()[0])


def refile_waiting(
    service: Actor, progress: Progress | None = None, stop: Callable[[], bool] = lambda: False
) -> Refiled:
    """File every visit that waits once more, package by package."""
    asked, packages = _asked(service)
    done, total = Refiled(), sum(number for _, number in packages)
    for package_id, _ in packages:
        last = 0
        while not stop() and (batch := _next(service, package_id, last)):
            done += _refile(service, batch)
            last = batch[-1].ordinal
            if progress:
                progress(done.visits, max(done.visits, total))
    if not stop():
        _finish(service, asked)
    return done


def _asked(service: Actor) -> tuple[list[int], list[tuple[int, int]]]:
    """The mappings whose visits are to be filed again, and the packages that hold such visits, with how many."""
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT mapping_id FROM local_codes_refiling WHERE done_at IS NULL")
        asked = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT c.package_id, count(*) {WAITING} AND v.facility_id IN ({_OPEN}) GROUP BY c.package_id ORDER BY 1"
        )
        return asked, cursor.fetchall()


def _finish(service: Actor, asked: list[int]) -> None:
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE local_codes_refiling SET done_at = clock_timestamp() WHERE mapping_id = ANY (%s)", [asked]
        )


def _next(service: Actor, package_id: int, after: int) -> list[FiledVisit]:
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH waiting AS (SELECT c.facility_id, c.ma_lk, c.package_id, c.ordinal, c.id_date {WAITING}
                             AND f.package_id = %s AND f.ordinal > %s ORDER BY c.ordinal LIMIT %s)
            SELECT w.facility_id, p.code, w.ma_lk, w.package_id, w.ordinal, w.id_date
            FROM waiting w JOIN places_facility p ON p.id = w.facility_id ORDER BY w.ordinal
            """,
            [package_id, after, BATCH],
        )
        return [FiledVisit(*row) for row in cursor.fetchall()]


def _refile(service: Actor, batch: list[FiledVisit]) -> Refiled:
    """Prepared before the lock is taken, so that others write meanwhile; what changed until then is left for the next round."""
    prepared = prepare_filed(service, batch)
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        codes, records = CodedBatch(cursor), RecordBatch(cursor, timezone.now())
        codes.load({one.facility_id for one in batch})
        changed = 0
        for one in batch:
            now = _now(cursor, one)
            if now is None:
                continue
            visit = prepared[one.ordinal]
            codes.take(visit, one.facility_id, replaced=True)
            before = len(records.touched)
            _file(records, visit, now)
            if len(records.touched) > before:
                changed += 1
                _tell(service, one, visit, now, records.touched[before:])
        records.write()
        codes.write()
    return Refiled(len(batch), changed)


def _now(cursor: Any, one: FiledVisit) -> Filing | None:
    """Under whom the visit is filed; None where another sending took its place or it was withdrawn meanwhile."""
    cursor.execute(
        """
        SELECT c.person_id, c.source_person_id, p.patient_id, coalesce(f.encounter, ''), c.facility_id, n.place_id, c.package_id
        FROM intake_current_visit c
        JOIN intake_visit f ON f.package_id = c.package_id AND f.ordinal = c.ordinal AND f.state <> 'withdrawn'
        JOIN people_person p ON p.person_id = c.source_person_id
        JOIN people_person n ON n.person_id = c.person_id
        WHERE c.facility_id = %s AND c.ma_lk = %s AND c.package_id = %s AND c.ordinal = %s
        """,
        [one.facility_id, one.ma_lk, one.package_id, one.ordinal],
    )
    row = cursor.fetchone()
    return Filing(*row) if row else None


def _file(records: RecordBatch, visit: PreparedVisit, filing: Filing) -> None:
    records.load_labels_by_hand(visit.encounter)
    stored = records.stored_of_visit(filing.person_id, visit.encounter)
    for draft in visit.drafts:
        records.file(draft, filing, stored.get((NUMBERS[draft.type], draft.id)))


def _tell(
    service: Actor, one: FiledVisit, visit: PreparedVisit, filing: Filing, touched: list[tuple[str, str, int]]
) -> None:
    announce(
        "visit.corrected", f"{one.facility_code}/{one.ma_lk}",
        {"encounter": visit.encounter, "resources": touched, "recoded": True},
        person_id=filing.person_id, source_person_id=filing.source_person_id, facility_id=filing.facility_id,
        place_id=filing.place_id, sensitivity=visit.sensitivity, package_id=filing.package_id,
    )  # fmt: skip
    record_event(
        AuditEvent(
            service, "intake_service", PURPOSE, "update", person_id=filing.person_id, object=f"Encounter/{visit.encounter}",
            facility_id=filing.facility_id, reason="recoded by a mapping", sensitive=visit.sensitivity != 0, found=len(touched),
        )
    )  # fmt: skip
