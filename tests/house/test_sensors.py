"""`make check` breaks for a sensor without a case that trips it or without a benign twin."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from hoso.config.definition_checks import _check_oversight, _problem, schema_of
from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.oversight.sensing import sensors


@pytest.fixture
def own_definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the definitions of oversight that may be broken; what was read before is forgotten."""
    copytree(definitions_folder(), tmp_path / "definitions")
    monkeypatch.setenv("HOSO_DEFINITIONS", str(tmp_path / "definitions"))
    sensors.cache_clear()
    yield tmp_path / "definitions" / "oversight" / "sensors"
    sensors.cache_clear()


@pytest.mark.parametrize("missing", ["trips", "twin"])
def test_make_check_breaks_for_a_sensor_without_both(own_definitions: Path, missing: str) -> None:
    path = own_definitions / "s04_self.yaml"
    lines = path.read_text().splitlines()
    begin = lines.index(f"{missing}:")
    end = next((n for n in range(begin + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    path.write_text("\n".join(lines[:begin] + lines[end:]))
    with pytest.raises(DefinitionError, match=f"'{missing}' is a required property"):
        read_definition(path, schema_of(path))


def test_make_check_breaks_for_a_missing_sensor(own_definitions: Path) -> None:
    (own_definitions / "s04_self.yaml").unlink()
    assert "are not S1 to S20" in _problem(_check_oversight)
