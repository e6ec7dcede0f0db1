"""Reports by their ids, and where they stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.catalogue import Catalogue, DataSet
from hoso.engines.statistics.units import Unit, find_units

# How a state is called on screen.
STATES = {
    "": ("chưa nộp", "not handed in"),
    "handed_in": ("đã nộp, chờ duyệt", "handed in, waits"),
    "province": ("tỉnh đã duyệt, chờ Bộ", "approved by the province, waits for the ministry"),
    "ministry": ("Bộ đã duyệt", "approved by the ministry"),
    "returned": ("trả lại để sửa", "returned for correction"),
    "reopened": ("mở lại có hạn", "open again for a time"),
}


@dataclass(frozen=True, slots=True)
class ReportKey:
    """One data set, period and unit, found."""

    data_set: DataSet
    period: Period
    unit: Unit
    place_id: int

    @property
    def columns(self) -> tuple[int, str, int]:
        return self.data_set.id, self.period.id, self.unit.id


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did with a report, and what became of it."""

    id: int
    kind: str
    state: str
    reason: str
    actor: str
    account_id: int
    at: datetime
    open_until: datetime | None


def find_report(catalogue: Catalogue, data_set: str, iso: str, unit: str) -> ReportKey:
    """By the ids of DHIS2, or a form's key. Raises HosoError HS7003, HS7013, HS1101."""
    number = catalogue.find("data_set", "uid", data_set) or catalogue.find("data_set", "code", data_set)
    if number is None:
        raise HosoError("HS7003", thing="dataSet", name=data_set[:60])
    found, period = catalogue.data_sets[number], parse_period(iso)
    if period.type not in found.kinds:
        raise HosoError("HS7013", object=iso[:20])
    mine = [one for one in find_units("uid", [unit]).get(unit, []) if one.id in found.units or one.tier in found.tiers]
    if len(mine) != 1 or not (place := mine[0].place_on(period.end)):
        raise HosoError("HS7003", thing="orgUnit", name=unit[:60])
    return ReportKey(found, period, mine[0], place)


def state_of(cursor: Any, key: ReportKey) -> tuple[str, datetime | None]:
    """Where it stands ('' before it was handed in) and until when it is open, as the running transaction sees it."""
    cursor.execute(
        "SELECT r.state, r.open_until FROM statistics_report r JOIN statistics_period p ON p.id = r.period_id"
        " WHERE r.data_set_id = %s AND p.iso = %s AND r.unit_id = %s",
        key.columns,
    )
    return cursor.fetchone() or ("", None)


def steps_of(cursor: Any, key: ReportKey) -> list[Step]:
    """Everything that happened to it, the first thing first."""
    cursor.execute(
        "SELECT s.id, s.kind, s.state, s.reason, s.actor, s.account_id, s.at, s.open_until FROM statistics_approval_step s"
        " JOIN statistics_period p ON p.id = s.period_id"
        " WHERE s.data_set_id = %s AND p.iso = %s AND s.unit_id = %s ORDER BY s.id",
        key.columns,
    )
    return [Step(*row) for row in cursor.fetchall()]
