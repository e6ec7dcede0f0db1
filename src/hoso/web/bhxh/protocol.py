"""The insurer's interface as data: its addresses, and which of its result codes answers which of our errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True, slots=True)
class Sending:
    """One address to which files are sent; `kind` is the loaiHoSo it takes."""

    key: str
    path: str
    kind: str
    version: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """Addresses are relative to /bhxh/. Result codes are unverified (see the definition)."""

    token_path: str
    sendings: tuple[Sending, ...]
    received: str
    other: str
    results: Mapping[str, str]

    def result_of(self, code: str) -> str:
        """maKetQua for a coded error."""
        return self.results.get(code, self.other)


@cache
def protocol() -> Protocol:
    """Read definitions/exchange/insurer_gateway.yaml."""
    given = read_definition(definitions_folder() / "exchange" / "insurer_gateway.yaml")
    sendings = tuple(Sending(one["key"], one["path"], one["kind"], one["version"]) for one in given["sendings"])
    results = given["results"]
    return Protocol(
        given["token"]["path"], sendings, results["received"], results["other"], MappingProxyType(results["by_error"])
    )
