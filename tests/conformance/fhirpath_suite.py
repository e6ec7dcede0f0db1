"""The FHIRPath suite for R4 (FHIR/fhir-test-cases), and a strict scorer: values and their types as written there."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

FOLDER = Path(__file__).parent / "fhir" / "fhirpath"
Evaluate = Callable[[str, dict[str, Any]], list[Any]]


@dataclass(frozen=True)
class Case:
    """One case. `invalid` says that the expression must be refused; `outputs` are (type, text) in order."""

    group: str
    name: str
    expression: str
    input: dict[str, Any] | None  # None: its input file is not public
    invalid: bool
    predicate: bool
    outputs: tuple[tuple[str, str], ...]


def cases() -> Iterator[Case]:
    """Every case of the suite."""
    for group in etree.parse(FOLDER / "tests-fhir-r4.xml").getroot().iter("group"):
        for test in group.iter("test"):
            (expression,) = test.findall("expression")
            outputs = tuple((one.get("type", ""), one.text or "") for one in test.findall("output"))
            yield Case(
                group.get("name", ""), test.get("name", ""), expression.text or "", _input(test.get("inputfile")),
                bool(expression.get("invalid")), test.get("predicate") == "true", outputs,
            )  # fmt: skip


def passes(case: Case, evaluate: Evaluate) -> bool:
    """Whether the engine gives what the suite asks for."""
    try:
        values = evaluate(case.expression, case.input or {})
    except ValueError:
        return case.invalid
    if case.invalid:
        return False
    if case.predicate:
        truth = values[0] if len(values) == 1 and isinstance(values[0], bool) else bool(values)
        return case.outputs == (("boolean", str(truth).lower()),)
    return len(values) == len(case.outputs) and all(map(_same, values, case.outputs))


def _same(value: Any, output: tuple[str, str]) -> bool:
    kind, text = output
    if kind == "boolean":
        return value is (text == "true")
    if kind in ("integer", "decimal"):
        return isinstance(value, int | float) and not isinstance(value, bool) and float(value) == float(text)
    if kind in ("date", "dateTime", "time"):
        return isinstance(value, str) and value.lstrip("@").removeprefix("T") == text.lstrip("@").removeprefix("T")
    if kind == "Quantity" and isinstance(value, dict):
        written = text.split(" ", 1)
        return float(value["value"]) == float(written[0]) and value.get("unit", value.get("code")) == written[1].strip(
            "'"
        )
    return str(value) == text


def _input(name: str | None) -> dict[str, Any] | None:
    if not name:
        return {}
    path = (FOLDER / name).with_suffix(".json")
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
