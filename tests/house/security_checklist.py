"""Reading docs/security/checklist.md: its rows, and the tests that they name."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security" / "checklist.md"
NODE = re.compile(r"`([\w./-]+\.py)(?:::([\w:]+))?`")


@dataclass(frozen=True)
class Row:
    """One behaviour; `proof` names tests, or says "not built:" and why; after "missing:" what the tests do not prove."""

    id: str
    behaviour: str
    proof: str

    def tests(self) -> list[tuple[str, str]]:
        """(file, name of the test, empty for the whole file) of every test named."""
        return NODE.findall(self.proof)


def rows(text: str) -> list[Row]:
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if re.match(r"\| [A-Z]{2}\d", line)]
    return [Row(*(cell.strip() for cell in cells)) for cells in lines]


def wrong(row: Row) -> str:
    """What is wrong with a row, empty where nothing is."""
    if not row.tests() and not re.search(r"not built: \S", row.proof):
        return f"{row.id}: names neither a test nor why there is none"
    if re.search(r"(not built|missing):\s*$", row.proof):
        return f"{row.id}: does not say why"
    missing = ["::".join(filter(None, node)) for node in row.tests() if not _exists(*node)]
    return f"{row.id}: no such test: {', '.join(missing)}" if missing else ""


def _exists(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.is_file():
        return False
    scope: list[ast.stmt] = ast.parse(path.read_bytes()).body
    for part in filter(None, name.split("::")):
        found = [entry for entry in scope if getattr(entry, "name", "") == part]
        if not found or not part.startswith(("test_", "Test")):
            return False
        scope = getattr(found[0], "body", [])
    return path.name.startswith("test_")
