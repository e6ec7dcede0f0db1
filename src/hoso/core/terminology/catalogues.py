"""Which columns a catalogue's list has beside code and names (`definitions/terminology/catalogues.yaml`)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.terminology.systems import CodeSystem, code_list, short_name


@dataclass(frozen=True, slots=True)
class Column:
    """`many`: several values, parted by “;”. `package`: of one package of the product, of which a code may have many."""

    name: str
    kind: str
    many: bool = False
    package: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`shape`: how sure the columns are those of the ministry; `code_kind`: what its codes are."""

    name: str
    title_vi: str
    title_en: str
    shape: str
    source: str
    columns: tuple[Column, ...]
    code_kind: str = "text"

    @property
    def has_packages(self) -> bool:
        return any(column.package for column in self.columns)

    @property
    def system(self) -> CodeSystem:
        """The system of its codes, as a new one: one that is there already keeps its address."""
        return code_list(self.name, self.title_vi, self.title_en)


@cache
def catalogues() -> dict[str, Catalogue]:
    entries = read_definition(definitions_folder() / "terminology" / "catalogues.yaml")["catalogues"]
    return {entry["name"]: _catalogue(entry) for entry in entries}


def catalogue_of(system: str) -> Catalogue | None:
    """The catalogue of a system named by short name or address; None for a system without columns of its own."""
    return catalogues().get(short_name(system))


def _catalogue(entry: dict[str, Any]) -> Catalogue:
    columns = tuple(
        Column(
            one["name"], one["kind"], one.get("many", False), one.get("package", False), tuple(one.get("one_of", ()))
        )
        for one in entry["columns"]
    )
    return Catalogue(
        entry["name"],
        entry["title_vi"],
        entry["title_en"],
        entry["shape"],
        entry["source"],
        columns,
        entry.get("code", "text"),
    )
