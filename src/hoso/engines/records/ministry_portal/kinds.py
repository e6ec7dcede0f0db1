"""Which papers of a visit go to the portal: data (`definitions/documents/ministry_portal.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class Kind:
    key: str
    title: tuple[str, str]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind under its key. Raises DefinitionError."""
    return MappingProxyType({kind.key: kind for kind in _by_code().values()})


@cache
def _by_code() -> Mapping[tuple[str, str], Kind]:
    folder = definitions_folder() / "documents"
    given = read_definition(folder / "ministry_portal.yaml", folder / "schema" / "ministry_portal.json")
    return {
        (code["system"], code["code"]): Kind(one["key"], (one["title_vi"], one["title_en"]))
        for one in given["kinds"]
        for code in one["codes"]
    }


def kind_of(composition: Mapping[str, Any]) -> str | None:
    """The kind of a Composition by its type; None for one that is not sent."""
    for coding in composition.get("type", {}).get("coding", ()):
        if found := _by_code().get((coding.get("system"), coding.get("code"))):
            return found.key
    return None
