"""Which search parameters keep no index rows, and how searches by them are answered: definitions/fhir/search_index.yaml."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hoso.core.definitions import definitions_folder, read_definition

WALK = "walk"  # the type is walked through, newest change first
PERSON = "person"  # the reference names a person's resource: that person's record is looked through


@cache
def left_out(type_name: str) -> Mapping[str, tuple[str, ...]]:
    """Parameter -> WALK, PERSON, or the parameters whose rows answer it together."""
    given = _definition().get(type_name, {})
    return MappingProxyType({code: tuple(answer.split()) for code, answer in given.items()})


@cache
def _definition() -> dict[str, dict[str, str]]:
    folder = definitions_folder() / "fhir"
    found: dict[str, dict[str, str]] = read_definition(
        folder / "search_index.yaml", folder / "search_index.schema.json"
    )["left_out"]
    return found
