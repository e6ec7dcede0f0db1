"""Which filed visits leave, and the leaving of each: one question to the policy, one audit event, the outbound filter."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import dropwhile
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.outbound import Outgoing, may_leave
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.audit.shown import note_labels
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.outbound.losses import Loss
from hoso.engines.intake.outbound.visits import Exported, Labels, export_visit
from hoso.engines.intake.sent import RawVisit

PERMISSION, PURPOSE, DESTINATION = "package.export", "record_keeping", "claims_xml"
CHANGED = "HS3363"
PAGE = 500


@dataclass(frozen=True)
class Selection:
    """What is asked for: single visits (facility code, MA_LK), a facility and days of leaving, or the visits of a package
    (one of them, with `ordinal`). Always what is filed now; what was withdrawn is not."""

    visits: tuple[tuple[str, str], ...] = ()
    facility: str = ""
    left_from: date | None = None
    left_to: date | None = None
    package_id: int | None = None
    ordinal: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Order:
    """An export: who, what, as which decision (`qd3176`), why. `incomplete` writes also what would be quarantined."""

    actor: Actor
    selection: Selection
    target: str
    reason: str
    incomplete: bool = False


@dataclass(frozen=True)
class _Row:
    package_id: int
    ordinal: int
    facility_code: str
    ma_lk: str
    person_id: int
    version: str
    encounter: str
    sensitivity: int
    sha256: bytes
    file_name: str


@dataclass(frozen=True)
class Outcome:
    """What became of one visit; `content` is None where it was kept back."""

    package_id: int
    ordinal: int
    facility_code: str
    ma_lk: str
    source: str
    person_id: int
    content: bytes | None
    losses: list[Loss] = field(default_factory=list)


def count_visits(order: Order) -> int:
    """How many visits fit, within the actor's reach. Raises HosoError HS2001, HS2103 without a reason, HS3019."""
    if order.target not in load_decisions():
        raise HosoError("HS3019", version=order.target[:20], allowed=", ".join(load_decisions()))
    condition, values = _condition(order.selection)

    def query(scope: Scope) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {_FROM} WHERE {condition} AND {scope.facilities('c')}", values)
            return int(cursor.fetchone()[0])

    return read(order.actor, PURPOSE, _progress(order), query)


def leaving(order: Order, after: tuple[int, int] = (0, 0)) -> Iterator[Outcome]:
    """Every visit in order of its place in the house (package, ordinal), from behind `after`; memory stays flat.

    Raises HosoError as `count_visits`, HS2240 and HS9022 for an original that cannot be read.
    """
    with closing(_Originals()) as originals:
        while rows := _page(order, after):
            for row in rows:
                yield _leave(order, row, originals)
            after = rows[-1].package_id, rows[-1].ordinal


def _page(order: Order, after: tuple[int, int]) -> list[_Row]:
    return read(order.actor, PURPOSE, _progress(order), lambda scope: _rows(order, scope, after))


def _progress(order: Order) -> Asking:
    return Asking(PERMISSION, "export", reason=order.reason, recorded=False)


def _leave(order: Order, row: _Row, originals: "_Originals") -> Outcome:
    """One visit, in one transaction with its audit event."""
    raw = originals.visit(row)

    def query(scope: Scope) -> Outcome:
        here = _rows(order, scope, (row.package_id, row.ordinal - 1), limit=1)
        if raw is None or here != [row]:
            exported = Exported(None, [Loss(CHANGED, row.version)])
        else:
            note_labels([row.sensitivity])
            exported = export_visit(
                raw, row.version, order.target, lambda labels: _filter(order, row, labels), incomplete=order.incomplete
            )
        return Outcome(
            row.package_id, row.ordinal, row.facility_code, row.ma_lk, row.version, row.person_id, exported.content,
            exported.losses,
        )  # fmt: skip

    about = f"Encounter/{row.encounter} as {order.target}"
    return read(order.actor, PURPOSE, Asking(PERMISSION, "export", row.person_id or None, about, order.reason), query)


def _filter(order: Order, row: _Row, labels: Labels) -> set[tuple[int, int]]:
    """The lines that may go to the insurer; a rule that would have them masked keeps them, as a claim cannot be masked."""
    names = {f"Encounter/{row.encounter}#XML{table}/{line}": (table, line) for table, line in labels}
    records = [Outgoing(row.person_id, labels[place], name) for name, place in names.items()]
    passed = may_leave(order.actor.account_id, DESTINATION, records)
    return {names[one.record.object] for one in passed if not one.masked}


class _Originals:
    """Visits out of the kept originals, asked for in order: each original is read once, from front to back."""

    def __init__(self) -> None:
        self.package_id = 0
        self.stream: Any = None
        self.visits: Iterator[RawVisit] = iter(())

    def visit(self, row: _Row) -> RawVisit | None:
        if row.package_id != self.package_id:
            self.close()
            self.stream = open_original(row.sha256)
            self.visits, self.package_id = read_package(self.stream, row.file_name), row.package_id
        try:
            return next(dropwhile(lambda raw: raw.ordinal < row.ordinal, self.visits), None)
        except HosoError as error:
            if error.code.startswith("HS30"):  # a package that is cut behind what was filed
                return None
            raise

    def close(self) -> None:
        if self.stream:
            self.stream.close()


_FROM = """FROM intake_current_visit c
    JOIN intake_visit v USING (package_id, ordinal) JOIN intake_package p ON p.id = c.package_id
    JOIN places_facility f ON f.id = c.facility_id"""


def _rows(order: Order, scope: Scope, after: tuple[int, int], limit: int = PAGE) -> list[_Row]:
    condition, values = _condition(order.selection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.package_id, c.ordinal, f.code, c.ma_lk, c.person_id, v.version, coalesce(v.encounter, ''),
                   c.sensitivity, p.sha256, p.file_name {_FROM}
            WHERE (c.package_id, c.ordinal) > (%s, %s) AND {condition} AND {scope.facilities("c")}
            ORDER BY c.package_id, c.ordinal LIMIT %s
            """,
            [*after, *values, limit],
        )
        return [_Row(*[*row[:8], bytes(row[8]), row[9]]) for row in cursor.fetchall()]


def _condition(chosen: Selection) -> tuple[str, list[Any]]:
    parts, values = ["v.state IN ('filed', 'corrected')"], list[Any]()
    if chosen.visits:
        parts.append("(f.code, c.ma_lk) IN (SELECT * FROM unnest(%s::text[], %s::text[]))")
        values += [[code for code, _ in chosen.visits], [ma_lk for _, ma_lk in chosen.visits]]
    if chosen.facility:
        parts.append("f.code = %s")
        values.append(chosen.facility)
    if chosen.left_from:
        parts.append("v.discharged_at >= %s::date")
        values.append(chosen.left_from)
    if chosen.left_to:
        parts.append("v.discharged_at < %s::date + 1")
        values.append(chosen.left_to)
    if chosen.package_id:
        of_package = "SELECT facility_id, ma_lk FROM intake_visit WHERE package_id = %s"
        values.append(chosen.package_id)
        if chosen.ordinal:
            of_package += " AND ordinal = %s"
            values.append(chosen.ordinal)
        parts.append(f"(c.facility_id, c.ma_lk) IN ({of_package} AND state IN ('filed', 'corrected', 'unchanged'))")
    return " AND ".join(parts), values
