from pathlib import Path

import pytest

from hoso.core.definitions import ENVIRONMENT_NAME, DefinitionError, definitions_folder, read_definition


def test_the_folder_of_a_checkout_is_found() -> None:
    assert (definitions_folder() / "exchange").is_dir()


def test_the_environment_names_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT_NAME, str(tmp_path))
    assert definitions_folder() == tmp_path


def test_a_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT_NAME, str(tmp_path / "gone"))
    with pytest.raises(DefinitionError, match="gone"):
        definitions_folder()


def test_plain_words_keep_their_meaning(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("a: 2025-06-30\nb: NO\nc: 010\nd: 12\ne: 1.5\nf: true\ng: null\nh:\ni: 1:30\nj: ~\n")
    expected = {"a": "2025-06-30", "b": "NO", "c": "010", "d": 12, "e": 1.5, "f": True, "g": None, "h": None}
    assert read_definition(path) == expected | {"i": "1:30", "j": None}


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "- 1\n", "a: [1\n"])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(text)
    with pytest.raises(DefinitionError, match="one.yaml"):
        read_definition(path)


def test_a_file_that_breaks_its_schema_is_refused_with_the_place(tmp_path: Path) -> None:
    path, schema = tmp_path / "one.yaml", tmp_path / "schema.json"
    path.write_text("a: {b: text}\n")
    schema.write_text('{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}')
    with pytest.raises(DefinitionError, match=r"\$\.a\.b"):
        read_definition(path, schema)
