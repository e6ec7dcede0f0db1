"""How an import is to be understood: identifier schemes, strategy, dry run. Unknown words are refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.typed import Typed

Strategy = Literal["create_and_update", "create", "update", "delete"]

# Older names of the strategies too. UPDATES is what old clients send for everything that is not a deletion.
STRATEGIES: dict[str, Strategy] = {
    "CREATE_AND_UPDATE": "create_and_update",
    "NEW_AND_UPDATES": "create_and_update",
    "UPDATES": "create_and_update",
    "CREATE": "create",
    "NEW": "create",
    "UPDATE": "update",
    "DELETE": "delete",
    "DELETES": "delete",
}
SCHEME_OF = {
    "dataElementIdScheme": "element",
    "orgUnitIdScheme": "unit",
    "categoryOptionComboIdScheme": "split",
    "attributeOptionComboIdScheme": "attribute",
    "dataSetIdScheme": "data_set",
    "categoryIdScheme": "dimension",
    "categoryOptionIdScheme": "option",
}
KINDS = frozenset(SCHEME_OF.values())
ATTRIBUTE = re.compile(r"attribute:[A-Za-z][A-Za-z0-9]{10}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`schemes`: of each kind of thing how it is named (uid, code, name, attribute:…); `data_set`: of every group that
    names none itself, by the scheme of data sets."""

    schemes: Mapping[str, str] = field(default_factory=dict)
    strategy: Strategy = "create_and_update"
    dry_run: bool = False
    data_set: str = ""
    reason: str = ""
    atomic: bool = False  # one refused row refuses the payload
    typed: Typed | None = None  # of a single cell: what its writer saw, and when

    def scheme(self, kind: str) -> str:
        return self.schemes.get(kind, "uid")


def read_options(given: Mapping[str, str], adx: bool = False) -> ImportOptions:
    """Read DHIS2's parameters. ADX names things by code where nothing else is said.

    Raises HosoError HS7001 for a value that is not known.
    """
    general = given.get("idScheme", "code" if adx else "uid")
    schemes = dict.fromkeys(KINDS, read_scheme("idScheme", general))
    for parameter, kind in SCHEME_OF.items():
        if parameter in given:
            schemes[kind] = read_scheme(parameter, given[parameter])
    strategy = (given.get("importStrategy") or given.get("strategy") or "CREATE_AND_UPDATE").upper()
    if strategy not in STRATEGIES:
        raise HosoError("HS7001", name="importStrategy", value=strategy)
    mode = given.get("atomicMode", "NONE").upper()
    if mode not in ("ALL", "NONE"):
        raise HosoError("HS7001", name="atomicMode", value=mode)
    atomic = mode == "ALL" or _yes(given, "atomic")
    return ImportOptions(schemes, STRATEGIES[strategy], _yes(given, "dryRun"), given.get("dataSet", ""), atomic=atomic)


def _yes(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false").lower()
    if text not in ("true", "false"):
        raise HosoError("HS7001", name=name, value=text)
    return text == "true"


def with_schemes(options: ImportOptions, given: Mapping[str, str]) -> ImportOptions:
    """The options with what the payload itself says of schemes, which goes before the parameters.

    Raises HosoError HS5530 where it says another strategy than the parameters, or that it is only to be tried: an import is
    one thing from its first row to its last.
    """
    strategy = given.get("strategy") or given.get("importStrategy") or ""
    if strategy and STRATEGIES.get(strategy.upper()) != options.strategy:
        raise HosoError("HS5530", name="strategy", value=strategy[:40])
    if given.get("dryRun", "false").lower() == "true" and not options.dry_run:
        raise HosoError("HS5530", name="dryRun", value="true")
    schemes = dict(options.schemes)
    if given.get("idScheme"):
        schemes = dict.fromkeys(KINDS, read_scheme("idScheme", given["idScheme"]))
    for parameter, kind in SCHEME_OF.items():
        if given.get(parameter):
            schemes[kind] = read_scheme(parameter, given[parameter])
    return replace(options, schemes=schemes)


def read_scheme(parameter: str, given: str) -> str:
    """`uid`, `code`, `name` or `attribute:<uid>`. Raises HosoError HS7001."""
    if given.lower() in ("uid", "code", "name"):
        return given.lower()
    if ATTRIBUTE.fullmatch(given):
        return "attribute:" + given[10:]
    raise HosoError("HS7001", name=parameter, value=given)
