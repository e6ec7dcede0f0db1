"""Every setting, command, option and error code is told in docs/reference, as the code has it."""

import re
import sys
from pathlib import Path

import click
import pytest

from hoso.cli import hoso
from hoso.config.environment import SETTINGS
from hoso.core.errors import codes
from hoso.engines.records.fhir.validation import validate

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT / "tools"))

import write_command_reference
import write_implementation_guide
import write_rule_reference
import write_settings_reference


def test_the_pages_are_up_to_date() -> None:
    for tool in (write_settings_reference, write_command_reference, write_rule_reference):
        assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), f"run tools/{tool.__name__}.py"


def test_the_implementation_guide_is_up_to_date_and_valid_fhir() -> None:
    guide = write_implementation_guide
    assert (guide.TARGET / "README.md").read_text(encoding="utf-8") == guide.page(), (
        "run tools/write_implementation_guide.py"
    )
    assert (guide.TARGET / "ImplementationGuide-hoso.json").read_text(encoding="utf-8") == guide.guide()
    files = [*guide.PROFILES.glob("*.json"), guide.TARGET / "ImplementationGuide-hoso.json"]
    assert len(files) > 8 and {file.name: validate(file.read_bytes()) for file in files} == {
        file.name: [] for file in files
    }


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (REFERENCE / "settings.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_documented() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    missing = [word for word in _words("hoso", hoso) if word not in page]
    assert missing == []


@pytest.mark.parametrize("code", codes())
def test_every_error_code_is_documented(code: str) -> None:
    assert code in (REFERENCE / "errors.md").read_text(encoding="utf-8")


def test_every_error_code_in_use_is_in_the_catalogue() -> None:
    sources = [path for path in (ROOT / "src").rglob("*.py") if "tests" not in path.parts]
    used = {
        code for path in sources for code in re.findall(r'HosoError\(\s*"(HS\d{4})"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(codes())


def test_every_direct_dependency_has_a_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    page = (REFERENCE / "dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in needed]
    assert [name for name in names if f"| {name} |" not in page] == []


def _words(path: str, command: click.Command) -> list[str]:
    words = [f"## `{path}"] if path != "hoso" else []
    words += [f"`{option}" for param in command.params if isinstance(param, click.Option) for option in param.opts]
    if path == "hoso":
        words = []
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            words += _words(f"{path} {name}", below)
    return words
