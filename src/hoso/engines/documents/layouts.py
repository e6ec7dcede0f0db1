"""The layouts of papers: data in `definitions/documents`, one Typst file each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition

OTHER = "paper"  # draws what no other layout names


@dataclass(frozen=True)
class Layout:
    """How one kind of paper looks. `types`: the codes of Composition.type that it draws."""

    key: str
    path: Path
    types: tuple[str, ...]
    title: tuple[str, str]  # Vietnamese, English
    source: str
    evidence: str


@cache
def layouts() -> dict[str, Layout]:
    """Every layout under its key. Raises DefinitionError where one is missing, or would fetch code from elsewhere."""
    folder = definitions_folder() / "documents"
    given = read_definition(folder / "layouts.yaml", folder / "schema" / "layouts.json")["layouts"]
    for one in folder.glob("*.typ"):
        if '"@' in one.read_text():
            raise DefinitionError(f"{one}: a layout imports no package")
    found = {
        one["key"]: Layout(
            one["key"], folder / one["file"], tuple(one["types"]), (one["title_vi"], one["title_en"]), one["source"],
            one["evidence"],
        )
        for one in given
    }  # fmt: skip
    for layout in found.values():
        if not layout.path.is_file():
            raise DefinitionError(f"{layout.path}: no such layout")
    if OTHER not in found:
        raise DefinitionError(f"{folder}: the layout `{OTHER}` is missing")
    return found


def layout_for(type_code: str) -> Layout:
    """The layout of a Composition with this type."""
    return next((one for one in layouts().values() if type_code in one.types), layouts()[OTHER])
