"""Regimes, forms and dimensions as `definitions/reports` has them, read together and checked against each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.core.periods.calendar import add_working_days
from hoso.core.periods.periods import Period, PeriodType
from hoso.engines.statistics.uids import uid_of

DimensionKind = Literal["partition", "of_which", "nested", "overlapping"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a tier's report is due after the end of the period; neither number: not known."""

    working_days: int | None = None
    days: int | None = None

    def day_after(self, end: date) -> date | None:
        """The last day on time. Raises HosoError HS1102 for a year whose holidays are not known."""
        if self.days is not None:
            return end + timedelta(days=self.days)
        return None if self.working_days is None else add_working_days(end, self.working_days)


@dataclass(frozen=True, slots=True)
class Regime:
    """A circular; `valid_from` and `valid_to` are the first and last day of the periods reported by it."""

    key: str
    title_vi: str
    title_en: str
    evidence: str
    notice: str
    valid_from: date
    valid_to: date | None
    deadlines: Mapping[str, Deadline]
    note_vi: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    title_vi: str
    title_en: str
    icd10: str = ""
    when: tuple[tuple[str, Any], ...] = ()  # which visits of the record it counts (from_record/conditions.py)


@dataclass(frozen=True, slots=True)
class Dimension:
    """How rows are broken down; `kind` as explained at the head of dimensions.yaml."""

    key: str
    title_vi: str
    title_en: str
    kind: DimensionKind
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form; `key` names the series that outlives the form."""

    key: str
    number: str
    title_vi: str
    title_en: str
    value: str
    aggregation: str
    dimensions: tuple[Dimension, ...]
    evidence: str
    section_vi: str = ""
    section_en: str = ""
    from_record: str = ""  # the count of the record that proposes its figures


@dataclass(frozen=True, slots=True)
class Relation:
    """What must hold between rows: `whole` is the sum of `parts`, or at least as large as the one part."""

    kind: Literal["sum", "at_most"]
    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one regime. Without rows it is known by name only, and `missing_vi` says what is not here."""

    key: str
    code: str
    regime: Regime
    title_vi: str
    title_en: str
    evidence: str
    notice: str
    missing_vi: str
    missing_en: str
    valid_from: date
    valid_to: date | None
    tiers: tuple[str, ...]
    periods: tuple[PeriodType, ...]
    deadlines: Mapping[str, Deadline]
    layout: str
    rows: tuple[Row, ...]
    relations: tuple[Relation, ...]
    followed_by: tuple[str, ...] = ()

    def takes(self, period: Period) -> bool:
        """Whether the form reports on this period: its kind, and all of it within the form's validity."""
        return (
            period.type in self.periods
            and self.valid_from <= period.end
            and (self.valid_to is None or period.end <= self.valid_to)
        )

    def due(self, period: Period, tier: str) -> date | None:
        """The last day on time for a tier; None where no deadline is known."""
        deadline = self.deadlines.get(tier)
        return deadline.day_after(period.end) if deadline else None


def form_of(uid: str) -> Form | None:
    """The shipped form with rows whose data set has this id (or whose key this is)."""
    return next(
        (form for form in forms().values() if form.rows and uid in (uid_of(f"form:{form.key}"), form.key)), None
    )


@cache
def regimes() -> Mapping[str, Regime]:
    """Every regime by its key. Raises DefinitionError."""
    found = {}
    for path, given in read_reports("regimes"):
        _named_after(path, given)
        found[given["key"]] = Regime(
            key=given["key"],
            title_vi=given["title_vi"],
            title_en=given["title_en"],
            evidence=given["evidence"],
            notice=given.get("notice", ""),
            valid_from=date.fromisoformat(given["valid_from"]),
            valid_to=_day(given["valid_to"]),
            deadlines=_deadlines(given["deadlines"]),
            note_vi=given.get("note_vi", ""),
            note_en=given.get("note_en", ""),
        )
    return found


@cache
def dimensions() -> Mapping[str, Dimension]:
    """Every dimension by its key. Raises DefinitionError where a key stands twice."""
    path = _folder() / "dimensions.yaml"
    found: dict[str, Dimension] = {}
    for given in read_definition(path, _folder() / "schema" / "dimensions.json")["dimensions"]:
        options = tuple(
            Option(**{**option, "when": tuple(option.get("when", {}).items())}) for option in given["options"]
        )
        if given["key"] in found or len({option.key for option in options}) != len(options):
            raise DefinitionError(f"{path}: dimension {given['key']} or one of its options is written twice")
        found[given["key"]] = Dimension(given["key"], given["title_vi"], given["title_en"], given["kind"], options)
    return found


@cache
def forms() -> Mapping[str, Form]:
    """Every form by its key, checked: its regime, dimensions and layout exist, its relations name its rows, and a row
    that stands in two forms means the same in both. Raises DefinitionError."""
    found = {given["key"]: _form(path, given) for path, given in read_reports("forms")}
    series: dict[str, tuple[Form, Row]] = {}
    for form in found.values():
        if missing := set(form.followed_by) - found.keys():
            raise DefinitionError(f"form {form.key}: followed by no form {', '.join(sorted(missing))}")
        for row in form.rows:
            before, same = series.setdefault(row.key, (form, row))
            if (same.value, same.aggregation, same.dimensions) != (row.value, row.aggregation, row.dimensions):
                raise DefinitionError(f"row {row.key} means different things in {before.key} and {form.key}")
    return found


def forms_for(period: Period, tier: str) -> list[Form]:
    """The forms with rows that a tier reports on a period; where two regimes overlap, those of both."""
    return [form for form in forms().values() if form.rows and tier in form.tiers and form.takes(period)]


def _form(path: Path, given: dict[str, Any]) -> Form:
    _named_after(path, given)
    if given["regime"] not in regimes():
        raise DefinitionError(f"{path}: no regime {given['regime']}")
    if not (_folder() / "layouts" / f"{given['layout']}.yaml").exists():
        raise DefinitionError(f"{path}: no layout {given['layout']}")
    regime = regimes()[given["regime"]]
    rows = tuple(_row(path, row) for row in given["rows"])
    if len({row.key for row in rows}) != len(rows):
        raise DefinitionError(f"{path}: a row is written twice")
    return Form(
        key=given["key"],
        code=given["code"],
        regime=regime,
        title_vi=given["title_vi"],
        title_en=given["title_en"],
        evidence=given["evidence"],
        notice=given.get("notice", ""),
        missing_vi=given.get("missing_vi", ""),
        missing_en=given.get("missing_en", ""),
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=_day(given["valid_to"]),
        tiers=tuple(given["tiers"]),
        periods=tuple(map(PeriodType, given["periods"])),
        deadlines={**regime.deadlines, **_deadlines(given.get("deadlines", []))},
        layout=given["layout"],
        rows=rows,
        relations=tuple(_relations(path, given.get("relations", []), {row.key for row in rows})),
        followed_by=tuple(given.get("followed_by", ())),
    )


def _row(path: Path, given: dict[str, Any]) -> Row:
    if missing := set(given.get("dimensions", ())) - dimensions().keys():
        raise DefinitionError(f"{path}: row {given['row']} has no dimension {', '.join(sorted(missing))}")
    return Row(
        key=given["row"],
        number=given.get("number", ""),
        title_vi=given["title_vi"],
        title_en=given["title_en"],
        value=given["value"],
        aggregation=given["aggregation"],
        dimensions=tuple(dimensions()[key] for key in given.get("dimensions", ())),
        evidence=given["evidence"],
        section_vi=given.get("section_vi", ""),
        section_en=given.get("section_en", ""),
        from_record=given.get("from_record", ""),
    )


def _relations(path: Path, given: list[dict[str, Any]], rows: set[str]) -> Iterator[Relation]:
    for one in given:
        parts = tuple(one["parts"]) if one["kind"] == "sum" else (one["part"],)
        if missing := {one["whole"], *parts} - rows:
            raise DefinitionError(f"{path}: a relation names no row {', '.join(sorted(missing))}")
        yield Relation(one["kind"], one["whole"], parts)


def _deadlines(given: list[dict[str, Any]]) -> dict[str, Deadline]:
    return {one["tier"]: Deadline(one.get("working_days"), one.get("days")) for one in given}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _folder() -> Path:
    return definitions_folder() / "reports"


def read_reports(kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every file of a folder of `definitions/reports`, checked against its schema. Raises DefinitionError."""
    schema = _folder() / "schema" / f"{kind.removesuffix('s')}.json"
    for path in sorted((_folder() / kind).glob("*.yaml")):
        yield path, read_definition(path, schema)


def _named_after(path: Path, given: dict[str, Any]) -> None:
    if path.stem != given["key"]:
        raise DefinitionError(f"{path}: the file is not named after its key {given['key']}")
