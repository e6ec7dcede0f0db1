"""The register of purposes: why personal data is processed and on which legal basis (Luật 91/2025 Đ9, Đ19.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from hoso.core.definitions import definitions_folder, read_definition

Basis = Literal["none", "consent", "emergency", "state", "contract", "law"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One entry; `article` names where the law gives the basis, empty only for what reads no personal data."""

    key: str
    title_vi: str
    title_en: str
    basis: Basis
    article: str


@cache
def purposes() -> Mapping[str, Purpose]:
    """Every purpose of the register by its key. Raises ValueError where a key stands twice."""
    given = read_definition(definitions_folder() / "access" / "purposes.yaml")["purposes"]
    made = {entry["key"]: Purpose(**entry) for entry in given}
    if len(made) != len(given):
        raise ValueError("purposes.yaml names a purpose twice")
    return MappingProxyType(made)


def asked_for() -> tuple[Purpose, ...]:
    """The purposes that need the person's consent, in the order of the register."""
    return tuple(purpose for purpose in purposes().values() if purpose.basis == "consent")
