"""Writing the tables of a visit in the tags of a later decision, step by step, by the data of `conversions`.

Nothing is made up and nothing is cut silently: what does not fit stays behind and is told as a `Loss`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache

from hoso.engines.intake.exchange import Field, Table
from hoso.engines.intake.outbound.conversions import Change, Step
from hoso.engines.intake.outbound.losses import Loss
from hoso.engines.intake.sent import Values

Tables = dict[int, list[Values]]
GONE, NO_CODE, DOUBTFUL, OTHER_MEANING, CUT, NOT_SPLIT = "HS3351", "HS3352", "HS3353", "HS3354", "HS3355", "HS3356"


def convert(tables: Tables, steps: Sequence[Step]) -> tuple[Tables, list[Loss]]:
    """The tables after every step, and what was lost on the way."""
    losses: list[Loss] = []
    for step in steps:
        tables = _take(step, tables, losses)
    return tables, losses


def _take(step: Step, tables: Tables, losses: list[Loss]) -> Tables:
    moved = _Moved(step, tables)
    made: Tables = {}
    for number, lines in tables.items():
        source, target = step.source.tables.get(number), step.target.tables.get(number)
        if source is None or target is None:
            losses.append(Loss(GONE, step.source.key, number))
            continue
        changes = step.tables.get(number, {})
        made[number] = [
            _Line(step, source, target, changes, position, values, moved, losses).write()
            for position, values in enumerate(lines, start=1)
        ]
    losses.extend(moved.left_behind())
    return made


class _Moved:
    """Values that stand in another table in the later decision (such as MA_MAY of table 4)."""

    def __init__(self, step: Step, tables: Tables) -> None:
        self.step, self.tables = step, tables
        self.tags = {
            (change.of_table, change.source)
            for changes in step.tables.values()
            for change in changes.values()
            if change.of_table
        }
        self.found: set[tuple[int, int, str]] = set()

    def find(self, change: Change, values: Values) -> str:
        """The values of the matching lines, each once, separated by ';'."""
        wanted, found = values.get(change.match), dict[str, None]()
        for position, line in enumerate(self.tables.get(change.of_table or 0, ()), start=1):
            value = line.get(change.source)
            if value and wanted and line.get(change.match) == wanted:
                found.update(dict.fromkeys(part.strip() for part in value.split(";") if part.strip()))
                self.found.add((change.of_table or 0, position, change.source))
        return ";".join(found)

    def left_behind(self) -> list[Loss]:
        return [
            Loss(GONE, self.step.source.key, table or 0, position, tag, line[tag])
            for table, tag in sorted(self.tags, key=str)
            for position, line in enumerate(self.tables.get(table or 0, ()), start=1)
            if line.get(tag) and (table or 0, position, tag) not in self.found
        ]


class _Line:
    """One line on its way into the later decision."""

    def __init__(
        self, step: Step, source: Table, target: Table, changes: Mapping[str, Change], position: int, values: Values,
        moved: _Moved, losses: list[Loss],
    ) -> None:  # fmt: skip
        self.step, self.source, self.target, self.changes = step, source, target, changes
        self.position, self.values, self.moved, self.losses = position, values, moved, losses
        self.told: set[tuple[str, str]] = set()

    def write(self) -> Values:
        made: Values = {}
        for field in self.target.fields:
            change = self.changes.get(field.name)
            if change and change.of_table:
                value: str | None = self.moved.find(change, self.values)
            else:
                value = self._value(field, change)
            if value:
                made[field.name] = value
        self._tell_what_has_no_place()
        return made

    def _value(self, field: Field, change: Change | None) -> str | None:
        tag = change.source if change else field.name
        source = self.source.field_by_name.get(tag)
        if source is None:
            return None
        value = next((found for name in (source.name, *source.aliases) if (found := self.values.get(name))), "")
        if not value or change is None:
            return value
        return self._changed(field, change, value)

    def _changed(self, field: Field, change: Change, value: str) -> str | None:
        if change.drop:
            self._lose(OTHER_MEANING, change, value)
            return None
        if change.only is not None and _amount(value) != change.only:
            self._lose(NOT_SPLIT, change, value, to=field.name)
            return None
        if change.only is not None:
            return value
        if change.codes is not None:
            return self._coded(field, change, value)
        if change.doubtful is not None:
            self._lose(DOUBTFUL, change, value, to=field.name)
        if change.first and value[change.first :].strip("0"):
            self._lose(CUT, change, value, lost=value[change.first :], to=field.name)
        return _shaped(change, value)

    def _coded(self, field: Field, change: Change, value: str) -> str | None:
        made: list[str] = []
        for part in value.split(field.separator) if field.separator else [value]:
            code = part.strip()
            plain = code if code in (change.codes or {}) else code.lstrip("0") or "0"
            later = (change.codes or {}).get(plain)
            if later is None:
                self._lose(NO_CODE, change, code, to=field.name)
                continue
            if plain in (change.doubtful or ()):
                self._lose(DOUBTFUL, change, code, to=field.name)
            made.append(later)
        return (field.separator or "").join(made) or None

    def _lose(self, code: str, change: Change, value: str, **params: str) -> None:
        params["from"] = change.source
        if (code, f"{change.source} {params.get('to')}") not in self.told:
            self.told.add((code, f"{change.source} {params.get('to')}"))
            self.losses.append(
                Loss(code, self.step.source.key, self.target.number, self.position, change.source, value, params=params)
            )

    def _tell_what_has_no_place(self) -> None:
        used = _used(self.step, self.target.number)
        for tag, value in self.values.items():
            if value and tag not in used:
                self.losses.append(
                    Loss(GONE, self.step.source.key, self.target.number, self.position, str(tag)[:60], value)
                )


@cache
def _used(step: Step, number: int) -> frozenset[str]:
    """The earlier tags of a table, in every spelling, that some later tag is made of."""
    source, changes = step.source.tables[number], step.tables.get(number, {})
    names = {
        changes[field.name].source if field.name in changes else field.name
        for field in step.target.tables[number].fields
        if not (field.name in changes and changes[field.name].of_table)
    }
    names |= {one.source for changes in step.tables.values() for one in changes.values() if one.of_table == number}
    return frozenset(
        spelling for field in source.fields if field.name in names for spelling in (field.name, *field.aliases)
    )


def _shaped(change: Change, value: str) -> str:
    if change.pad:
        return value.ljust(change.pad, "0")
    if change.digits:
        return value.rjust(change.digits, "0") if value.isascii() and value.isdecimal() else value
    return value[: change.first] if change.first else value


def _amount(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None
