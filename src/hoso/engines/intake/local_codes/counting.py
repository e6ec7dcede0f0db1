"""Counting the codes of filed visits, and coding what is filed by the mappings that hold: part of filing, in its transaction.

A visit is counted once: filed again, what it said before is taken off first. A few statements for a whole batch.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson
from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert
from hoso.core.terminology.queries import Version
from hoso.engines.intake.local_codes.codings import with_coding
from hoso.engines.intake.local_codes.in_force import catalogues_at, judged_by, knows
from hoso.engines.intake.local_codes.kinds import kinds
from hoso.engines.intake.local_codes.sent_codes import SentCode
from hoso.engines.intake.local_codes.standing import Mappings, Standing, holding, load_standing
from hoso.engines.intake.preparing import PreparedVisit

MOST_SAMPLES = 3


class CodeKey(NamedTuple):
    facility_id: int
    kind: str
    code: str


@dataclass
class _Counted:
    """One visit as it is counted now. `mapped`: the mapping each of its codes is filed with, 0 for none."""

    facility_id: int
    ma_lk: str
    day: date
    lines: dict[str, list[int]]  # kind -> [lines, of them in the catalogue]
    waiting: dict[CodeKey, SentCode]
    mapped: dict[CodeKey, int]


class CodedBatch:
    """The codes of one batch of visits."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.mappings: Mappings = {}
        self.visits: list[_Counted] = []
        self._replaced: list[tuple[int, str]] = []
        self._catalogues: dict[date, dict[str, Version]] = {}

    def load(self, facilities: Collection[int]) -> None:
        """Read the mappings of these facilities."""
        self.mappings = load_standing(self.cursor, set(facilities))

    def take(self, visit: PreparedVisit, facility_id: int, replaced: bool) -> None:
        """Count a visit and put the catalogue's codings into its drafts; `replaced`: it was filed before."""
        day = day_of(visit)
        counted = _Counted(facility_id, visit.ma_lk, day, {}, {}, {})
        catalogues = self._in_force(day)
        for sent in visit.codes:
            version = catalogues.get(sent.kind)
            if version is None:
                continue
            lines = counted.lines.setdefault(sent.kind, [0, 0])
            lines[0] += sent.lines
            if knows(kinds()[sent.kind], version, sent.code, day):
                lines[1] += sent.lines
                continue
            key = CodeKey(facility_id, sent.kind, sent.code)
            standing = holding(self.mappings, *key, day)
            counted.waiting[key], counted.mapped[key] = sent, standing.id if standing else 0
            # A later version of the catalogue may have dropped what the code was mapped to.
            if standing and standing.target and knows(kinds()[sent.kind], version, standing.target, day):
                _code_drafts(visit, sent, version, standing)
        self.visits.append(counted)
        if replaced:
            self._replaced.append((facility_id, visit.ma_lk))

    def _in_force(self, day: date) -> dict[str, Version]:
        if day not in self._catalogues:
            self._catalogues[day] = catalogues_at(day)
        return self._catalogues[day]

    def write(self) -> None:
        """Store everything counted."""
        self._write_old()
        ids = self._write_codes()
        months: Counter[tuple[int, int, date]] = Counter()
        lines: Counter[tuple[int, int, date]] = Counter()
        yields: dict[tuple[int, str, date], list[int]] = {}
        for one in self.visits:
            month = one.day.replace(day=1)
            for key, sent in one.waiting.items():
                months[ids[key], one.facility_id, month] += 1
                lines[ids[key], one.facility_id, month] += sent.lines
            for kind, (whole, known) in one.lines.items():
                total = yields.setdefault((one.facility_id, kind, month), [0, 0])
                total[0] += whole
                total[1] += known
        add_months(self.cursor, ((*key, visits, lines[key]) for key, visits in months.items()))
        add_yields(self.cursor, ((*key, total[0], total[1]) for key, total in yields.items()))
        bulk_insert(
            self.cursor, "local_codes_visit", VISIT_COLUMNS, (self._row(one, ids) for one in self.visits),
            f"ON CONFLICT (facility_id, ma_lk) DO UPDATE SET {_NEWS}",
        )  # fmt: skip

    def _row(self, one: _Counted, ids: dict[CodeKey, int]) -> tuple[Any, ...]:
        return (
            one.facility_id, one.ma_lk, one.day, judged_by(self._in_force(one.day)), Jsonb(one.lines),
            [ids[key] for key in one.waiting], [sent.lines for sent in one.waiting.values()], list(one.mapped.values()),
        )  # fmt: skip

    def _write_old(self) -> None:
        """Take off what the visits that are filed again said before."""
        if not self._replaced:
            return
        self.cursor.execute(
            "SELECT v.facility_id, date_trunc('month', v.day)::date, v.counted::text, v.codes, v.code_lines"
            " FROM local_codes_visit v JOIN unnest(%s::bigint[], %s::text[]) AS k (f, m)"
            " ON v.facility_id = k.f AND v.ma_lk = k.m",
            [[key[0] for key in self._replaced], [key[1] for key in self._replaced]],
        )
        for facility_id, month, counted, codes, code_lines in self.cursor.fetchall():
            add_months(
                self.cursor, ((code, facility_id, month, -1, -n) for code, n in zip(codes, code_lines, strict=True))
            )
            add_yields(
                self.cursor,
                ((facility_id, kind, month, -whole, -known) for kind, (whole, known) in orjson.loads(counted).items()),
            )

    def _write_codes(self) -> dict[CodeKey, int]:
        """The numbers of the codes that are in no catalogue; new ones are made, with a few samples."""
        seen: dict[CodeKey, tuple[date, date, SentCode]] = {}
        for one in self.visits:
            for key, sent in one.waiting.items():
                first, last, sample = seen.get(key, (one.day, one.day, sent))
                seen[key] = (min(first, one.day), max(last, one.day), sample)
        if not seen:
            return {}
        ordered = sorted(seen)
        self.cursor.execute(
            _UPSERT,
            [
                [key.facility_id for key in ordered], [key.kind for key in ordered], [key.code for key in ordered],
                [seen[key][0] for key in ordered], [seen[key][1] for key in ordered],
                [orjson.dumps([seen[key][2].said]).decode() for key in ordered], MOST_SAMPLES,
            ],
        )  # fmt: skip
        return {CodeKey(*row[1:]): row[0] for row in self.cursor.fetchall()}


def day_of(visit: PreparedVisit) -> date:
    """The day whose catalogues hold for a visit: that on which it ended, as far as it did."""
    moment = visit.discharged_at or visit.admitted_at or visit.id_date
    if moment is None:
        raise ValueError("a visit without a day is quarantined before this")
    return timezone.localdate(moment)


def _code_drafts(visit: PreparedVisit, sent: SentCode, version: Version, standing: Standing) -> None:
    kind, target = kinds()[sent.kind], standing.target or ""
    visit.drafts = [
        with_coding(draft, kind, sent.code, version.version, target, standing.labels) for draft in visit.drafts
    ]


def add_months(cursor: Any, rows: Iterable[tuple[int, int, date, int, int]]) -> None:
    """Add (code, facility, month, visits, lines), which may be less than nothing."""
    columns = {"code_id": "bigint", "facility_id": "bigint", "month": "date", "visits": "integer", "lines": "integer"}
    bulk_insert(
        cursor, "local_codes_month", columns, sorted(rows),
        "ON CONFLICT (code_id, month) DO UPDATE SET visits = local_codes_month.visits + excluded.visits,"
        " lines = local_codes_month.lines + excluded.lines",
    )  # fmt: skip


def add_yields(cursor: Any, rows: Iterable[tuple[int, str, date, int, int]]) -> None:
    """Add (facility, kind, month, lines, of them in the catalogue), which may be less than nothing."""
    columns = {
        "facility_id": "bigint", "kind": "text", "month": "date", "lines": "integer", "in_catalogue": "integer",
    }  # fmt: skip
    bulk_insert(
        cursor, "local_codes_yield", columns, sorted(rows),
        "ON CONFLICT (facility_id, kind, month) DO UPDATE SET lines = local_codes_yield.lines + excluded.lines,"
        " in_catalogue = local_codes_yield.in_catalogue + excluded.in_catalogue",
    )  # fmt: skip


VISIT_COLUMNS = {
    "facility_id": "bigint", "ma_lk": "text", "day": "date", "catalogues": "text", "counted": "jsonb",
    "codes": "bigint[]", "code_lines": "integer[]", "mappings": "bigint[]",
}  # fmt: skip
_NEWS = ", ".join(f"{name} = excluded.{name}" for name in VISIT_COLUMNS if name not in ("facility_id", "ma_lk"))
_UPSERT = """
    INSERT INTO local_codes_code AS t (facility_id, kind, code, first_seen, last_seen, samples)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[], %s::jsonb[])
    ON CONFLICT (facility_id, kind, code) DO UPDATE SET
        first_seen = least(t.first_seen, excluded.first_seen), last_seen = greatest(t.last_seen, excluded.last_seen),
        samples = CASE WHEN jsonb_array_length(t.samples) < %s AND NOT t.samples @> excluded.samples
                       THEN t.samples || excluded.samples ELSE t.samples END
    RETURNING id, facility_id, kind, code
"""
