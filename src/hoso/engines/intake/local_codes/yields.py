"""What the mapping desk has brought: for each hospital and kind the codes seen and mapped, and the share of lines that a catalogue
explains. Runs inside `access.reading.read`."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.intake.local_codes.kinds import Kind, kinds

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Yield:
    """Of one hospital and kind, or of one month: lines = in the catalogue + mapped + open."""

    facility_id: int
    facility_name: str
    kind: str
    month: date | None
    codes: int  # local codes seen that are in no catalogue
    mapped_codes: int
    lines: int
    in_catalogue: int
    mapped: int

    @property
    def kind_of(self) -> Kind:
        return kinds()[self.kind]

    @property
    def covered(self) -> int:
        return self.in_catalogue + self.mapped

    @property
    def open(self) -> int:
        return self.lines - self.covered

    @property
    def share(self) -> float:
        """Of the lines, those whose meaning is known (0 to 1)."""
        return self.covered / self.lines if self.lines else 0.0


# A code counts as mapped in a month by what holds on the month's last day.
_YIELD = """
    WITH coded AS (
        SELECT m.facility_id, c.kind, m.month, m.code_id, m.lines, EXISTS (
            SELECT FROM local_codes_mapping g
            WHERE g.id = local_codes_mapping_on(m.code_id, (m.month + interval '1 month - 1 day')::date) AND g.target IS NOT NULL) AS mapped
        FROM local_codes_month m JOIN local_codes_code c ON c.id = m.code_id
        WHERE m.visits > 0 AND {coded_scope}
    ), counted AS (
        SELECT facility_id, kind, {month} AS month, count(DISTINCT code_id) AS codes,
               count(DISTINCT code_id) FILTER (WHERE mapped) AS mapped_codes, coalesce(sum(lines) FILTER (WHERE mapped), 0) AS mapped
        FROM coded GROUP BY 1, 2, 3
    ), whole AS (
        SELECT facility_id, kind, {month} AS month, sum(lines) AS lines, sum(in_catalogue) AS in_catalogue
        FROM local_codes_yield y WHERE {whole_scope} GROUP BY 1, 2, 3
    )
    SELECT w.facility_id, f.name, w.kind, w.month, coalesce(c.codes, 0), coalesce(c.mapped_codes, 0), w.lines, w.in_catalogue,
           coalesce(c.mapped, 0)
    FROM whole w JOIN places_facility f ON f.id = w.facility_id
    LEFT JOIN counted c ON c.facility_id = w.facility_id AND c.kind = w.kind AND c.month IS NOT DISTINCT FROM w.month
    WHERE w.lines > 0
"""


def yields(scope: Scope, limit: int = 500) -> list[Yield]:
    """Every hospital and kind in scope, of most open lines first."""
    statement = _YIELD.format(month="NULL::date", coded_scope=scope.facilities("m"), whole_scope=scope.facilities("y"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} ORDER BY w.lines - w.in_catalogue - coalesce(c.mapped, 0) DESC, f.name, w.kind LIMIT %s",
            [limit],
        )
        return [Yield(*row) for row in cursor.fetchall()]


def trend(scope: Scope, facility_id: int) -> list[Yield]:
    """The last months of one hospital, newest first, each kind by itself."""
    statement = _YIELD.format(
        month="month", coded_scope=f"m.facility_id = %(facility)s AND {scope.facilities('m')}",
        whole_scope=f"y.facility_id = %(facility)s AND {scope.facilities('y')}",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} AND w.month > (SELECT max(month) FROM local_codes_yield WHERE facility_id = %(facility)s)"
            f" - interval '{MONTHS} months' ORDER BY w.month DESC, w.kind",
            {"facility": facility_id},
        )
        return [Yield(*row) for row in cursor.fetchall()]
