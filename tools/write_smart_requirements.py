#!/usr/bin/env python3
"""Write docs/security/smart-requirements.md: every row of SMART's requirement sheet with the tests that prove it."""

import ast
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "authorization"
PAGE = ROOT / "docs" / "security" / "smart-requirements.md"
HEAD = """# SMART App Launch 2.2, server requirements

Ported from the Inferno requirement sheet (origin and licence: `tests/authorization/smart/ORIGIN.md`); HoSo has not been
certified by anybody. A row passes where tests of `tests/authorization` prove it. Written by
`tools/write_smart_requirements.py` from the sheet, the marks of the tests and `tests/authorization/smart/unproved.yaml`;
a test compares.

"""


def requirements() -> list[dict[str, str]]:
    with (TESTS / "smart" / "requirements.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def proofs() -> dict[int, list[str]]:
    """Row id → names of the tests that are marked with it."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(TESTS.glob("test_*.py")):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef):
                for row in _marked(node):
                    found[row].append(f"{path.stem}::{node.name}")
    return dict(found)


def _marked(function: ast.FunctionDef) -> Iterator[int]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.smart":
            yield from (int(ast.literal_eval(argument)) for argument in decorator.args)


def unproved() -> dict[int, tuple[str, str]]:
    """Row id → (verdict, why)."""
    given: dict[str, Any] = yaml.safe_load((TESTS / "smart" / "unproved.yaml").read_text(encoding="utf-8"))
    return {
        row: (verdict.replace("_", " "), entry["why"])
        for verdict, entries in given.items()
        for entry in entries
        for row in entry["rows"]
    }


def page() -> str:
    proved, reasons = proofs(), unproved()
    lines, verdicts = [], Counter[tuple[str, str]]()
    for row in requirements():
        number = int(row["ID"])
        verdict, why = (
            ("pass", ", ".join(f"`{name}`" for name in proved[number])) if number in proved else reasons[number]
        )
        verdicts[verdict, row["Conformance"]] += 1
        section = row["URL"].rpartition("/")[2]
        lines.append(f"| {number} | {row['Conformance']} | [{section}]({row['URL']}) | {verdict} | {why} |")
    return (
        f"{HEAD}{_totals(verdicts)}\n| row | level | section | verdict | tests, or why not |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def _totals(verdicts: Counter[tuple[str, str]]) -> str:
    levels = ("SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "MAY")
    names = ("pass", "fail", "not applicable")
    head = f"| {sum(verdicts.values())} rows | {' | '.join(levels)} | all |\n|---|{'---|' * (len(levels) + 1)}\n"
    body = [
        f"| {name} | {' | '.join(str(verdicts[name, level]) for level in levels)} |"
        f" {sum(verdicts[name, level] for level in levels)} |"
        for name in names
    ]
    return head + "\n".join(body) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
