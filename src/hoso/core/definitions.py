"""Where the expert-owned definitions live and how one file is read.

Definitions are YAML files under ``definitions/`` at the root of the project. They are read with the
YAML 1.2 meaning of plain words: dates stay text (``2025-06-30``), ``NO`` is text and not false, ``010``
is text and not eight, and a key written twice is an error.
"""

import json
import os
import re
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from jsonschema import Draft202012Validator

ENVIRONMENT_NAME = "HOSO_DEFINITIONS"


class DefinitionError(ValueError):
    """A definition file is missing, is not YAML, repeats a key, or breaks its schema."""


def definitions_folder() -> Path:
    """Give the folder of definitions: ``HOSO_DEFINITIONS`` when set, else the one beside ``src``.

    Raises DefinitionError when there is no such folder.
    """
    given = os.environ.get(ENVIRONMENT_NAME)
    folder = Path(given) if given else Path(__file__).resolve().parents[3] / "definitions"
    if not folder.is_dir():
        raise DefinitionError(f"no folder of definitions at {folder}; set {ENVIRONMENT_NAME}")
    return folder


def read_definition(path: Path, schema: Path | None = None) -> dict[str, Any]:
    """Read one YAML definition; with ``schema`` (a JSON Schema file) also check it.

    Raises DefinitionError with the file, the place in it, and what is wrong.
    """
    try:
        content = yaml.load(path.read_bytes(), Loader=_DefinitionLoader)
    except (OSError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise DefinitionError(f"{path}: the top of the file must be a mapping")
    if schema is not None:
        _check(path, content, schema)
    return content


def _check(path: Path, content: dict[str, Any], schema: Path) -> None:
    for error in _validator(schema).iter_errors(content):
        raise DefinitionError(f"{path}: at {error.json_path}: {error.message}")


@cache
def _validator(schema: Path) -> Draft202012Validator:
    rules = json.loads(schema.read_bytes())
    Draft202012Validator.check_schema(rules)
    return Draft202012Validator(rules, format_checker=Draft202012Validator.FORMAT_CHECKER)


class _DefinitionLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast safe loader with the plain words of YAML 1.2 and no repeated keys."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return mapping


_DefinitionLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_DefinitionLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_DefinitionLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_DefinitionLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789")
)
