import importlib.util
import pickle
import re
from pathlib import Path

import pytest

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError, codes
from hoso.core.errors.catalogue import CATALOGUE, Entry, entries, placeholders

ROOT = definitions_folder().parent
SOURCES = [path for path in (ROOT / "src").rglob("*.py") if "tests" not in path.parts]


def test_the_catalogue_keeps_its_schema_and_its_order() -> None:
    given = read_definition(CATALOGUE, CATALOGUE.with_suffix(".json"))
    assert list(given) == sorted(given)


@pytest.mark.parametrize("entry", entries().values(), ids=codes())
def test_both_languages_say_the_same_with_the_same_words(entry: Entry) -> None:
    assert placeholders(entry.message["vi"]) == placeholders(entry.message["en"])
    assert placeholders(entry.what_to_do["vi"]) == placeholders(entry.what_to_do["en"])
    assert re.search("[à-ỹđ]", entry.message["vi"].lower() + entry.what_to_do["vi"].lower())


def test_an_error_speaks_both_languages() -> None:
    error = HosoError("HS1101", period="2025Q5")
    assert error.message("vi") == "Kỳ báo cáo không hợp lệ: 2025Q5."
    assert error.message("en") == "The reporting period is invalid: 2025Q5."
    assert str(error).startswith("HS1101: Kỳ báo cáo")


def test_the_answer_holds_only_what_the_texts_show() -> None:
    told = HosoError("HS1102", year=2031, path="/somewhere").as_dict()
    assert told["params"] == {"year": "2031"}
    assert set(told) == {"code", "message", "what_to_do", "params"}
    assert "holidays-2031.yaml" in told["what_to_do"]["vi"]


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError, match="HS7777"):
        HosoError("HS7777")


def test_a_missing_word_is_refused() -> None:
    with pytest.raises(TypeError, match="period"):
        HosoError("HS1101")


def test_braces_in_a_value_are_left_alone() -> None:
    assert "{x}" in HosoError("HS1101", period="{x}").message()


def test_an_error_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(HosoError("HS6003", row=3, code="01")))
    assert (again.code, again.params) == ("HS6003", {"row": 3, "code": "01"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_code_named_in_the_source_is_in_the_catalogue(path: Path) -> None:
    named = set(re.findall(r"\bHS\d{4}\b", path.read_text(encoding="utf-8")))
    assert named <= set(codes())


def test_the_reference_is_current() -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "write_error_reference.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert written == tool.reference(), "run: python tools/write_error_reference.py"


def test_an_error_has_the_status_of_its_entry_or_of_its_family() -> None:
    assert HosoError("HS2003").status == 401  # named; its family would say 403
    assert HosoError("HS2001", permission="x", purpose="y").status == 403
    assert HosoError("HS9002").status == 404
    assert HosoError("HS1102", year=2031).status == 500
    assert HosoError("HS1101", period="x").status == 400  # written by whoever asks
    assert HosoError("HS6003", row=3, code="01").status == 400


def test_every_code_is_told_by_something() -> None:
    """An error that nothing raises would be explained to people who cannot meet it."""
    told = {
        code
        for folder, kinds in (("src", ("py", "sql", "html", "js")), ("definitions", ("yaml",)))
        for kind in kinds
        for path in (ROOT / folder).rglob(f"*.{kind}")
        if "tests" not in path.parts
        for code in re.findall(r"\bHS[0-9]{4}\b", path.read_text(encoding="utf-8"))
    }
    assert set(codes()) - told == set()
