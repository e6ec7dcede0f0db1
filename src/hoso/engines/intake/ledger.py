"""The ledger of visits: what became of each HOSO, and what is filed now under each MA_LK."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert, bulk_update
from hoso.engines.intake.preparing import PreparedVisit
from hoso.engines.intake.rules.book import rule_set


@dataclass(slots=True)
class VisitOutcome:
    state: str  # filed, unchanged, corrected, quarantined
    person_id: int = 0
    source_person_id: int = 0
    place_id: int = 0
    past: bool = False


@dataclass(slots=True)
class CurrentVisit:
    """What is filed now of a visit; ids of its resources hang on `id_date`."""

    content_hash: bytes
    made_on: date
    id_date: datetime
    person_id: int
    source_person_id: int


class Ledger:
    """The ledger's rows of one batch of one package; with `again`, of visits judged anew that were in quarantine."""

    def __init__(self, cursor: Any, package_id: int, again: bool = False) -> None:
        self.cursor = cursor
        self.package_id = package_id
        self.again = again
        self.current: dict[tuple[int, str], CurrentVisit] = {}
        self.earlier: set[tuple[int, str, bytes]] = set()
        self.visits: list[tuple[Any, ...]] = []
        self.findings: list[tuple[Any, ...]] = []
        self.aside: list[tuple[Any, ...]] = []
        self.now_current: list[tuple[Any, ...]] = []
        self.confirmed: list[tuple[int, str, date]] = []

    def load(self, keys: Sequence[tuple[int, str]]) -> None:
        """Read what is filed of these visits (facility, MA_LK), and every content ever filed of them."""
        columns = [[key[0] for key in keys], [key[1] for key in keys]]
        wanted = "JOIN unnest(%s::bigint[], %s::text[]) AS k (f, m) ON facility_id = k.f AND ma_lk = k.m"
        self.cursor.execute(
            "SELECT facility_id, ma_lk, content_hash, made_on, id_date, person_id, source_person_id"
            f" FROM intake_current_visit {wanted}",
            columns,
        )
        self.current = {(row[0], row[1]): CurrentVisit(*row[2:]) for row in self.cursor.fetchall()}
        if self.current:
            self.cursor.execute(
                f"SELECT facility_id, ma_lk, content_hash FROM intake_visit {wanted} WHERE state IN ('filed', 'corrected', 'withdrawn')",
                columns,
            )
            self.earlier = set(self.cursor.fetchall())

    def is_known(self, facility_id: int, visit: PreparedVisit, made_on: date) -> bool:
        """Whether this content is what is filed now, or an older one that was delivered again."""
        current = self.current[facility_id, visit.ma_lk]
        if current.content_hash == visit.content_hash:
            return True
        return made_on <= current.made_on and (facility_id, visit.ma_lk, visit.content_hash) in self.earlier

    def add(self, visit: PreparedVisit, facility_id: int, outcome: VisitOutcome) -> None:
        """One row for the visit, with its findings; lines count only where the visit was filed or corrected."""
        counted = outcome.state in ("filed", "corrected")
        aside = visit.aside if counted else []
        withheld = sum(why == "withheld" for _, _, why, _ in aside)
        self.visits.append(
            (
                self.package_id, visit.ordinal, facility_id, visit.ma_lk, visit.version or None, visit.made_on, visit.content_hash,
                outcome.state, outcome.past, visit.patient_name[:255], visit.admitted_at, visit.discharged_at,
                outcome.person_id, outcome.source_person_id, outcome.place_id, visit.sensitivity, visit.encounter or None,
                visit.lines_in if counted else 0, visit.lines_filed if counted else 0, withheld, len(aside) - withheld,
                len(visit.findings), rule_set(),
            )
        )  # fmt: skip
        for number, one in enumerate(visit.findings, start=self._findings_before(visit.ordinal) + 1):
            self.findings.append(
                (self.package_id, visit.ordinal, number, facility_id, one.code, one.severity, one.table, one.line, one.field,
                 one.value, Jsonb(one.params), one.rule, rule_set())
            )  # fmt: skip
        for table, line, why, mask in aside:
            self.aside.append((self.package_id, visit.ordinal, table, line, facility_id, why, mask))

    def _findings_before(self, ordinal: int) -> int:
        """Findings of a visit judged before stay, with the rules they were made by."""
        if not self.again:
            return 0
        self.cursor.execute(
            "SELECT coalesce(max(number), 0) FROM intake_finding WHERE package_id = %s AND ordinal = %s",
            [self.package_id, ordinal],
        )
        return int(self.cursor.fetchone()[0])

    def set_current(self, visit: PreparedVisit, facility_id: int, made_on: date, outcome: VisitOutcome) -> None:
        id_date = visit.id_date or datetime.combine(made_on, datetime.min.time()).astimezone()
        self.now_current.append(
            (facility_id, visit.ma_lk, visit.content_hash, made_on, id_date, self.package_id, visit.ordinal,
             outcome.person_id, outcome.source_person_id, outcome.place_id, visit.sensitivity)
        )  # fmt: skip

    def confirm(self, facility_id: int, ma_lk: str, made_on: date) -> None:
        """What is filed was said again on a later day: another content of a day between the two is older than it."""
        self.confirmed.append((facility_id, ma_lk, made_on))

    def facility_codes(self) -> dict[int, str]:
        return facility_codes()

    def write(self) -> None:
        bulk_insert(self.cursor, "intake_visit", VISIT_COLUMNS, self.visits, JUDGED_ANEW if self.again else "")
        bulk_insert(self.cursor, "intake_finding", FINDING_COLUMNS, self.findings)
        bulk_insert(self.cursor, "intake_line_aside", ASIDE_COLUMNS, self.aside)
        bulk_insert(
            self.cursor, "intake_current_visit", CURRENT_COLUMNS, self.now_current,
            "ON CONFLICT (facility_id, ma_lk) DO UPDATE SET content_hash = excluded.content_hash,"
            " made_on = excluded.made_on, package_id = excluded.package_id, ordinal = excluded.ordinal,"
            " person_id = excluded.person_id, source_person_id = excluded.source_person_id,"
            " place_id = excluded.place_id, sensitivity = excluded.sensitivity",
        )  # fmt: skip
        bulk_update(self.cursor, "intake_current_visit", ("facility_id", "ma_lk"), CONFIRMED_COLUMNS, self.confirmed)


@lru_cache(maxsize=1)
def _all_codes(count: int) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code FROM places_facility")
        return dict(cursor.fetchall())


def facility_codes() -> dict[int, str]:
    """Every facility's code by id; read again when one was added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM places_facility")
        return _all_codes(cursor.fetchone()[0])


VISIT_COLUMNS = {
    "package_id": "bigint", "ordinal": "integer", "facility_id": "bigint", "ma_lk": "text", "version": "text",
    "made_on": "date", "content_hash": "bytea", "state": "text", "past": "boolean", "patient_name": "text",
    "admitted_at": "timestamptz", "discharged_at": "timestamptz", "person_id": "bigint", "source_person_id": "bigint",
    "place_id": "bigint", "sensitivity": "integer", "encounter": "text", "lines_in": "integer", "lines_filed": "integer",
    "lines_withheld": "integer", "lines_not_mapped": "integer", "findings": "integer",
    "rule_set": "text",
}  # fmt: skip
FINDING_COLUMNS = {
    "package_id": "bigint", "ordinal": "integer", "number": "integer", "facility_id": "bigint", "code": "text",
    "severity": "text", "table_no": "smallint", "line": "integer", "field": "text", "value": "text", "params": "jsonb",
    "rule": "text", "rule_set": "text",
}  # fmt: skip
ASIDE_COLUMNS = {
    "package_id": "bigint", "ordinal": "integer", "table_no": "smallint", "line": "integer", "facility_id": "bigint",
    "why": "text", "sensitivity": "integer",
}  # fmt: skip
CURRENT_COLUMNS = {
    "facility_id": "bigint", "ma_lk": "text", "content_hash": "bytea", "made_on": "date", "id_date": "timestamptz",
    "package_id": "bigint", "ordinal": "integer", "person_id": "bigint", "source_person_id": "bigint",
    "place_id": "bigint", "sensitivity": "integer",
}  # fmt: skip
CONFIRMED_COLUMNS = {"facility_id": "bigint", "ma_lk": "text", "made_on": "date"}
_NEWS = [name for name in VISIT_COLUMNS if name not in ("package_id", "ordinal")]
JUDGED_ANEW = (
    f"ON CONFLICT (package_id, ordinal) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _NEWS)}"
    " WHERE intake_visit.state = 'quarantined'"
)
