"""Counting the codes of visits that were filed before the catalogue was there, or before anybody counted.

Which visits are to be counted stands in the database: those that have no row yet, or were counted by other catalogues than those
in force on their day. So it can be stopped, killed and done again.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.filing import PURPOSE
from hoso.engines.intake.local_codes.counting import CodedBatch
from hoso.engines.intake.local_codes.filed_visits import FiledVisit, prepare_filed
from hoso.engines.intake.local_codes.in_force import spells
from hoso.engines.people.linkage import WRITER_LOCK

BATCH = 100
Progress = Callable[[int, int], None]

_UNCOUNTED = """
    FROM intake_visit f
    JOIN intake_current_visit c ON c.package_id = f.package_id AND c.ordinal = f.ordinal
        AND c.facility_id = f.facility_id AND c.ma_lk = f.ma_lk
    JOIN places_facility p ON p.id = c.facility_id
    LEFT JOIN local_codes_visit v ON v.facility_id = c.facility_id AND v.ma_lk = c.ma_lk
    LEFT JOIN unnest(%(first)s::date[], %(after)s::date[], %(by)s::text[]) AS s (first, after, by)
        ON v.day >= s.first AND v.day < s.after
    WHERE c.person_id <> 0 AND f.encounter IS NOT NULL AND (v.ma_lk IS NULL OR v.catalogues IS DISTINCT FROM s.by)
"""


def collect(service: Actor, progress: Progress | None = None, stop: Callable[[], bool] = lambda: False) -> int:
    """Count every visit that is not counted by the catalogues of its day; returns how many were."""
    packages = _packages(service)
    done, total = 0, sum(number for _, number in packages)
    for package_id, _ in packages:
        last = 0
        while not stop() and (batch := _next(service, package_id, last)):
            _count(service, batch)
            done, last = done + len(batch), batch[-1].ordinal
            if progress:
                progress(done, max(done, total))
    return done


def _spells() -> dict[str, Any]:
    first, after, by = zip(*spells(), strict=True)
    return {"first": list(first), "after": list(after), "by": list(by)}


def _packages(service: Actor) -> list[tuple[int, int]]:
    """The packages that hold such visits, with how many."""
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(f"SELECT f.package_id, count(*) {_UNCOUNTED} GROUP BY f.package_id ORDER BY 1", _spells())
        return list(cursor.fetchall())


def _next(service: Actor, package_id: int, after: int) -> list[FiledVisit]:
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.facility_id, p.code, c.ma_lk, c.package_id, c.ordinal, c.id_date {_UNCOUNTED}"
            " AND f.package_id = %(package)s AND f.ordinal > %(last)s ORDER BY f.ordinal LIMIT %(most)s",
            {**_spells(), "package": package_id, "last": after, "most": BATCH},
        )
        return [FiledVisit(*row) for row in cursor.fetchall()]


def _count(service: Actor, batch: list[FiledVisit]) -> None:
    prepared = prepare_filed(service, batch)
    with acting_transaction(service.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        codes = CodedBatch(cursor)
        for one in batch:
            cursor.execute(
                "SELECT FROM intake_current_visit WHERE facility_id = %s AND ma_lk = %s AND package_id = %s AND ordinal = %s",
                [one.facility_id, one.ma_lk, one.package_id, one.ordinal],
            )
            if cursor.fetchone() is not None:
                # No mapping is loaded: what one changes is filed again by `refiling`.
                codes.take(prepared[one.ordinal], one.facility_id, replaced=True)
        codes.write()
