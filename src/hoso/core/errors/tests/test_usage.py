"""Every place in the source that makes an error gives the words that its texts need."""

import ast
from pathlib import Path

import pytest

from hoso.core.definitions import definitions_folder
from hoso.core.errors.catalogue import entries

ROOT = definitions_folder().parent
SOURCES = [
    path
    for path in (ROOT / "src").rglob("*.py")
    if "tests" not in path.parts and "HosoError(" in path.read_text(encoding="utf-8")
]


def _made(tree: ast.AST) -> list[tuple[int, str, set[str | None]]]:
    """Give line, code and named words of every HosoError("HS…", …) in a file."""
    return [
        (call.lineno, str(call.args[0].value), {keyword.arg for keyword in call.keywords})
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "HosoError"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_error_is_made_with_the_words_it_needs(path: Path) -> None:
    for line, code, words in _made(ast.parse(path.read_text(encoding="utf-8"))):
        missing = set() if None in words else entries()[code].placeholders - {word for word in words if word}
        assert not missing, f"line {line}: {code} needs {missing}"
