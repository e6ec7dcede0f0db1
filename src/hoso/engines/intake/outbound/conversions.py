"""The documented changes from one exchange decision to the next, as plain objects (`definitions/exchange/conversions`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.intake.exchange import Decision, load_decisions


@dataclass(frozen=True, slots=True)
class Change:
    """How one tag of the later decision gets its value; the words of the file are those of `schema/conversion.json`.

    `doubtful` holds the codes whose meaning may differ; None for none, empty for whatever the value.
    """

    source: str
    of_table: int | None = None
    match: str = ""
    codes: Mapping[str, str | None] | None = None
    only: Decimal | None = None
    pad: int = 0
    digits: int = 0
    first: int = 0
    doubtful: frozenset[str] | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True, eq=False)  # one object for each step, so it can key a cache
class Step:
    """One decision to the next: by table, then by tag of the later decision, what is not carried as it is."""

    source: Decision
    target: Decision
    tables: Mapping[int, Mapping[str, Change]]


@cache
def load_steps() -> tuple[Step, ...]:
    """Every step, oldest first. Raises DefinitionError where one names a tag that its decision does not have."""
    folder = definitions_folder() / "exchange"
    found = [
        _step(read_definition(path, folder / "schema" / "conversion.json"))
        for path in (folder / "conversions").glob("*.yaml")
    ]
    order = list(load_decisions())
    return tuple(sorted(found, key=lambda step: order.index(step.source.key)))


@cache
def steps_between(source: str, target: str) -> tuple[Step, ...] | None:
    """The steps from one decision to a later one, none for the same; None where no way leads there (an earlier one)."""
    way: list[Step] = []
    while source != target:
        step = next((one for one in load_steps() if one.source.key == source), None)
        if step is None:
            return None
        way.append(step)
        source = step.target.key
    return tuple(way)


def _step(given: dict[str, Any]) -> Step:
    decisions = load_decisions()
    source, target = decisions[given["from"]], decisions[given["to"]]
    tables = {
        int(number): MappingProxyType({tag: _change(tag, body) for tag, body in fields.items()})
        for number, fields in given["tables"].items()
    }
    step = Step(source, target, MappingProxyType(tables))
    for number, changes in tables.items():
        for tag, change in changes.items():
            _check(step, number, tag, change)
    return step


def _change(tag: str, body: dict[str, Any]) -> Change:
    doubtful = body.get("doubtful")
    return Change(
        source=body.get("from", tag),
        of_table=body.get("of_table"),
        match=body.get("match", ""),
        codes=MappingProxyType(body["codes"]) if "codes" in body else None,
        only=Decimal(str(body["only"])) if "only" in body else None,
        pad=body.get("pad", 0),
        digits=body.get("digits", 0),
        first=body.get("first", 0),
        doubtful=None if doubtful is None else frozenset() if doubtful is True else frozenset(doubtful),
        drop=body.get("drop", False),
    )


def _check(step: Step, number: int, tag: str, change: Change) -> None:
    wanted = [(step.target, number, tag), (step.source, change.of_table or number, change.source)]
    if change.match:
        wanted += [(step.source, number, change.match), (step.source, change.of_table or number, change.match)]
    for decision, table, name in wanted:
        if table not in decision.tables or name not in decision.tables[table].field_by_name:
            raise DefinitionError(f"{step.source.key} to {step.target.key}: {decision.key} has no XML{table}.{name}")
