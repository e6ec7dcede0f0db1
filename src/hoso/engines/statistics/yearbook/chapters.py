"""The yearbooks of `definitions/yearbook`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.analytics.named_data import datum_id

Words = tuple[str, str]
PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class Table:
    """`data`: ids as a question takes them; `by`: what stands in the rows."""

    title: Words
    data: tuple[str, ...]
    by: Literal["commune", "month"]
    show: Literal["table", "chart"]


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    title: Words
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Yearbook:
    key: str
    title: Words
    notice: str
    chapters: tuple[Chapter, ...]


@cache
def yearbooks() -> Mapping[str, Yearbook]:
    """Every yearbook by its key. Raises DefinitionError for a datum that is none."""
    folder = definitions_folder() / "yearbook"
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        given = read_definition(path, folder / "schema" / "yearbook.json")
        if path.stem != given["yearbook"]:
            raise DefinitionError(f"{path}: the file is not named after its key {given['yearbook']}")
        chapters = tuple(_chapter(str(path), one) for one in given["chapters"])
        found[given["yearbook"]] = Yearbook(
            given["yearbook"], (given["title_vi"], given["title_en"]), given.get("notice", ""), chapters
        )
    return found


def _chapter(where: str, given: Mapping[str, Any]) -> Chapter:
    tables = tuple(
        Table(
            (one["title_vi"], one["title_en"]), tuple(datum_id(where, name) for name in one["data"]), one["by"], one["show"]
        )
        for one in given["tables"]
    )  # fmt: skip
    return Chapter(given["key"], (given["title_vi"], given["title_en"]), tables)
