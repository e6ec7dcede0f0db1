"""The counts of the record that rows of forms name (`definitions/reports/record_counts`), and the cells they fill."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import product
from typing import Any, Literal

import orjson

from hoso.core.definitions import DefinitionError
from hoso.core.periods.periods import Period
from hoso.engines.records.dose_facts.facts import CountedDoses
from hoso.engines.records.visit_facts.facts import CountedVisits
from hoso.engines.statistics.forms import Form, Option, forms, read_reports
from hoso.engines.statistics.from_record.conditions import Condition, Facts, read_condition, read_range
from hoso.engines.statistics.from_record.dose_conditions import DoseCondition, read_dose_condition
from hoso.engines.statistics.hints import Key

AnyCondition = Condition | DoseCondition


@dataclass(frozen=True, slots=True)
class RecordCount:
    """What one row counts: every condition must hold. `version` changes with whatever its definition counts."""

    key: str
    title_vi: str
    title_en: str
    adds: Literal["visits", "days", "doses"]
    conditions: tuple[AnyCondition, ...]
    version: str
    valid_from: date
    valid_to: date | None

    def counts(self, period: Period) -> bool:
        """Whether it says anything of this period."""
        return self.valid_from <= period.start and (self.valid_to is None or period.end <= self.valid_to)


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell of a form that the record fills: its row's count, narrowed by one option of each dimension. `version` changes
    with whatever either counts."""

    key: Key
    count: RecordCount
    options: tuple[Condition, ...]  # none where doses are counted
    version: str

    @property
    def of_doses(self) -> bool:
        """Whether doses are counted, and not visits."""
        return self.count.adds == "doses"

    def takes(self, facts: Facts) -> bool:
        return all(one.holds(facts) for one in (*self.count.conditions, *self.options))

    def figure(self, counted: Iterable[CountedVisits | CountedDoses]) -> Decimal:
        return sum((self._adds(one) for one in counted if self.takes(one.facts)), Decimal(0))

    def _adds(self, one: CountedVisits | CountedDoses) -> Decimal:
        if isinstance(one, CountedDoses):
            return Decimal(one.doses)
        return Decimal(one.visits) if self.count.adds == "visits" else one.days


@cache
def record_counts() -> Mapping[str, RecordCount]:
    """Every count by its key, checked against the rows that name it. Raises DefinitionError."""
    found: dict[str, RecordCount] = {}
    for path, given in read_reports("record_counts"):
        groups = {name: _condition(path, group, given) for name, group in given["groups"].items()}
        for one in given["counts"]:
            if one["key"] in found or (missing := set(one.get("groups", ())) - groups.keys()):
                raise DefinitionError(f"{path}: count {one['key']} is written twice or names no group {missing}")
            found[one["key"]] = _count(path, one, given, groups)
    for form in forms().values():
        for row in form.rows:
            if row.from_record and row.from_record not in found:
                raise DefinitionError(f"form {form.key}: row {row.key} names no count {row.from_record}")
    return found


def cells_filled(form: Form, period: Period) -> list[FilledCell]:
    """The cells of the form that the record fills, in its order; without those that no count is valid for, and those of
    an option of which nothing says what it counts."""
    return [cell for cell in _cells(form) if cell.count.counts(period)]


def _cells(form: Form) -> Iterator[FilledCell]:
    for row in form.rows:
        if not row.from_record:
            continue
        count = record_counts()[row.from_record]
        for options in product(*(dimension.options for dimension in row.dimensions)):
            told = [condition_of(option, count) for option in options]
            if None not in told:
                keys = tuple(option.key for option in options)
                version = _hash([count.version, [(option.icd10, option.when) for option in options]])
                narrowed = () if count.adds == "doses" else tuple(one for one in told if one is not None)
                yield FilledCell((row.key, keys), count, narrowed, version)


def condition_of(option: Option, count: RecordCount) -> Condition | None:
    """Which visits an option of a dimension counts; None where nothing says it, as of doses but for all of them."""
    if count.adds == "doses":
        return Condition() if option.key == "total" else None
    if option.icd10:
        return Condition(diagnoses=(read_range(option.icd10),))
    if option.when:
        return read_condition(dict(option.when), {})
    return Condition() if option.key == "total" else None


def _condition(path: object, given: Mapping[str, Any], file: Mapping[str, Any]) -> AnyCondition:
    try:
        if file.get("of") == "doses":
            return read_dose_condition(given, file["code_systems"])
        return read_condition(given, file["code_systems"])
    except KeyError as error:
        raise DefinitionError(f"{path}: no code system {error}") from error


def _count(
    path: object, given: Mapping[str, Any], file: Mapping[str, Any], groups: Mapping[str, AnyCondition]
) -> RecordCount:
    said = [file["groups"][name] for name in given.get("groups", ())] + [given.get("when", {})]
    return RecordCount(
        key=given["key"],
        title_vi=given["title_vi"],
        title_en=given["title_en"],
        adds=given["adds"],
        conditions=(*(groups[name] for name in given.get("groups", ())), _condition(path, given.get("when", {}), file)),
        version=_hash([given["adds"], said, file["code_systems"]]),
        valid_from=date.fromisoformat(file["valid_from"]),
        valid_to=date.fromisoformat(file["valid_to"]) if file["valid_to"] else None,
    )


def _hash(said: object) -> str:
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
