"""The kinds of codes that are compared with a catalogue (`definitions/exchange/local_codes.yaml`)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.terminology.systems import OWN
from hoso.engines.records.sensitivity import mask_for_drug, mask_for_result, mask_for_service

_LABELS: dict[str, Callable[[str, str], int]] = {
    "service": mask_for_service,
    "drug": lambda name, _: mask_for_drug(name),
    "result": lambda name, code: mask_for_result(name),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of the line beside its name that is compared with what properties of the catalogue's code say; `code` among them
    is the code itself (a drug's is its registration number)."""

    field: str
    properties: tuple[str, ...]
    weight: float
    title_vi: str
    title_en: str

    @property
    def what(self) -> str:
        """By which evidence names it."""
        return self.properties[0]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. Fields are tags of the exchange table `table`; empty where a kind has none."""

    key: str
    title_vi: str
    title_en: str
    table: int
    code: str
    coding: str  # name of the system in which the local code stands in the record
    catalogue: str  # short name of the catalogue's system
    compared: tuple[Compared, ...]
    name: str = ""
    unit: str = ""
    group: str = ""
    only_groups: frozenset[str] = frozenset()
    separator: str = ""
    suffix: str = ""
    sensitive_as: str = ""

    @property
    def url(self) -> str:
        """The address of the system of local codes."""
        return OWN + self.coding

    @property
    def catalogue_url(self) -> str:
        return OWN + self.catalogue

    def labels_of(self, name: str, code: str) -> int:
        """The sensitivity of something of this name and code."""
        return _LABELS[self.sensitive_as](name, code) if self.sensitive_as else 0


@cache
def kinds() -> dict[str, Kind]:
    """Key of a kind -> the kind. Raises DefinitionError for a broken file."""
    room = definitions_folder() / "exchange"
    content = read_definition(room / "local_codes.yaml", room / "schema" / "local_codes.json")
    return {one["key"]: _kind(one) for one in content["kinds"]}


def _kind(entry: dict[str, object]) -> Kind:
    values = dict(entry)
    compared = tuple(
        Compared(**{**one, "properties": tuple(one["properties"])})
        for one in values.pop("compared")  # type: ignore[attr-defined]
    )
    only = frozenset(values.pop("only_groups", ()))  # type: ignore[call-overload]
    return Kind(**values, compared=compared, only_groups=only)  # type: ignore[arg-type]
